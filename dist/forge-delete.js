require('./index.js').run('forge-delete');
