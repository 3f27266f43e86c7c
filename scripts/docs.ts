import { readFile, writeFile } from 'node:fs/promises';
import { scenarios } from '../test/scenarios/all.ts';
import { requestsTable } from '../test/scenarios/requests-table.ts';
import { reference, withRootTables } from './action-tables.ts';

// What the reader sees of the inputs and outputs is made from the `action.yml` files, and the table of requests from
// the scenarios that the tests run.

const requests = new URL('../docs/requests.md', import.meta.url);
const readme = new URL('../README.md', import.meta.url);

await writeFile(readme, await withRootTables(await readFile(readme, 'utf8')));
await writeFile(new URL('../docs/reference.md', import.meta.url), await reference());
const [text] = (await readFile(requests, 'utf8')).split(/^\| action /m);
await writeFile(requests, `${text}${requestsTable(scenarios)}\n`);
console.log('README.md, docs/reference.md and docs/requests.md are up to date.');
