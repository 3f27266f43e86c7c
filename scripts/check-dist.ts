import { readdir, readFile } from 'node:fs/promises';
import { readArguments } from './arguments.ts';
import { buildDist } from './dist.ts';

readArguments({
  usage: 'npm run check:dist',
  help: 'Checks that dist, which is what users run, is exactly what src gives, with no file left over.',
});

const checkedIn = new URL('../dist/', import.meta.url);
const rebuilt = new URL('../build/dist/', import.meta.url);

const written = (await buildDist(rebuilt)).map(({ name }) => name);
const present = (await readdir(checkedIn)).sort();

const problems: string[] = [];
for (const name of present.filter((file) => !written.includes(file)))
  problems.push(`${name} is not built any more`);
for (const name of written) {
  if (!present.includes(name)) problems.push(`${name} is missing`);
  else if (!(await sameBytes(name))) problems.push(`${name} differs from what its sources give`);
}

if (problems.length > 0) {
  console.error(
    `dist is stale:\n${problems.map((line) => `- ${line}`).join('\n')}\nRun npm run build and commit dist.`,
  );
  process.exitCode = 1;
} else {
  console.log(`dist is what its sources give (${written.length} files).`);
}

async function sameBytes(name: string): Promise<boolean> {
  const [a, b] = await Promise.all([readFile(new URL(name, checkedIn)), readFile(new URL(name, rebuilt))]);
  return a.equals(b);
}
