require('./index.js').run('list');
