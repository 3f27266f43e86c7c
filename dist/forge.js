require('./connect.js').connectFirst('https://forge.laravel.com/api').then((connection) =>
  require('./index.js').run('forge', connection),
);
