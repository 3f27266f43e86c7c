require('./index.js').run('apply');
