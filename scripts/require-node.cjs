// Runs before what needs the newest Node.js, and so in words that an old one reads.

const needed = 24;
const running = process.versions.node;

if (Number(running.split('.')[0]) < needed) {
  console.error(
    `This needs Node.js ${needed} or newer, and ${running} runs. ` +
      'Install it: https://nodejs.org/en/download. On Linux, on a Mac and on Windows with x64, ' +
      'npm ci does so, unless optional packages are left out.',
  );
  process.exitCode = 1;
}
