import { readArguments } from './arguments.ts';
import { buildDist } from './dist.ts';

readArguments({ usage: 'npm run build', help: 'Builds dist, which is what users run, from src.' });

const dist = new URL('../dist/', import.meta.url);

for (const { name, bytes } of await buildDist(dist))
  console.log(`${String(bytes).padStart(8)}  dist/${name}`);
