require('./index.js').run('forge-restart');
