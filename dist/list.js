require('./connect.js').connectFirst('https://cloud.laravel.com/api').then((connection) =>
  require('./index.js').run('list', connection),
);
