require('./index.js').run('forge-apply');
