// Loaded before an action: looking up a name takes an hour, and nobody can call it off, as with Node.js itself.
const dns = require('node:dns');

dns.lookup = (_host, _options, callback) => {
  setTimeout(() => callback(new Error('no answer')), 3_600_000);
};
