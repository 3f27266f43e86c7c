import { buildDist } from './dist.ts';

const dist = new URL('../dist/', import.meta.url);

for (const { name, bytes } of await buildDist(dist))
  console.log(`${String(bytes).padStart(8)}  dist/${name}`);
