require('./connect.js').connectEarly({"apiUrl":"https://forge.laravel.com/api","tokenVariables":["FORGE_API_TOKEN","FORGE_TOKEN"]}).then((connection) =>
  require('./index.js').run('forge-apply', connection),
);
