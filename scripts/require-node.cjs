// Runs before what needs the newest Node.js, and so in words that an old one reads.

const needed = 24;
const running = process.versions.node;

if (Number(running.split('.')[0]) < needed) {
  console.error(
    `This needs Node.js ${needed} or newer, and ${running} runs. ` +
      'npm ci brings one on Linux (x64, arm64) and Windows (x64), if optional packages are not left out. ' +
      'Elsewhere, install it: https://nodejs.org/en/download',
  );
  process.exitCode = 1;
}
