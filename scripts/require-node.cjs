// Runs before what needs the newest Node.js, and so in words that an old one reads.

const needed = 24;
const running = process.versions.node;

if (Number(running.split('.')[0]) < needed) {
  console.error(
    `This needs Node.js ${needed} or newer, and ${running} runs. ` +
      'On Linux with x64, npm ci brings one, unless optional packages are left out. ' +
      'Elsewhere, install it: https://nodejs.org/en/download',
  );
  process.exitCode = 1;
}
