// Loaded into a process: leaves the names of the modules of Node.js that it loaded where MODULES_OF_NODE says.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.MODULES_OF_NODE, JSON.stringify(process.moduleLoadList));
});
