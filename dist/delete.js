require('./connect.js').connectEarly({"apiUrl":"https://cloud.laravel.com/api","tokenVariables":["LARAVEL_CLOUD_TOKEN","LARAVEL_CLOUD_API_TOKEN"]}).then((connection) =>
  require('./index.js').run('delete', connection),
);
