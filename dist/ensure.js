require('./index.js').run('ensure');
