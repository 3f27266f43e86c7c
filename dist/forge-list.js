require('./index.js').run('forge-list');
