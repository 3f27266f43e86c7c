// Loaded into a process that is not timed: leaves what it loaded, files and modules of Node.js, where LOADED says.
const { writeFileSync } = require('node:fs');
const { registerHooks } = require('node:module');

const files = [];
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) files.push(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => {
  writeFileSync(process.env.LOADED, JSON.stringify({ files, modules: process.moduleLoadList }));
});
