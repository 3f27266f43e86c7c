require('./index.js').run('delete');
