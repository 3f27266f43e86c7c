// Loaded into a measured process: leaves what it used where BENCH_USAGE says. Loads nothing but what every process has.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage()));
});
