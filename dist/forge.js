require('./index.js').run('forge');
