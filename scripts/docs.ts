import { readFile, writeFile } from 'node:fs/promises';
import { reference, withRootTables } from './action-tables.ts';

// What the reader sees of the inputs and outputs is made from the `action.yml` files.

const readme = new URL('../README.md', import.meta.url);

await writeFile(readme, await withRootTables(await readFile(readme, 'utf8')));
await writeFile(new URL('../docs/reference.md', import.meta.url), await reference());
console.log('README.md and docs/reference.md are up to date.');
