import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { scenarios } from '../test/scenarios/all.ts';
import { requestsTable } from '../test/scenarios/requests-table.ts';
import { actionFolders } from './action-folders.ts';
import { reference } from './action-tables.ts';
import { actionTypes } from './action-types.ts';
import { readArguments } from './arguments.ts';

readArguments({
  usage: 'npm run docs',
  help: `Writes the tables of the documents: inputs and outputs from the action.yml files, and the numbers of requests from
the scenarios that the tests run.`,
});

const root = new URL('../', import.meta.url);
const requests = new URL('docs/requests.md', root);

await writeFile(new URL('docs/reference.md', root), await reference());
const [text] = (await readFile(requests, 'utf8')).split(/^\| action /m);
await writeFile(requests, `${text}${requestsTable(scenarios)}\n`);
for (const folder of await actionFolders())
  await writeFile(new URL(posix.join(folder, 'action-types.yml'), root), await actionTypes(folder, root));
console.log('docs/reference.md, docs/requests.md and the action-types.yml files are up to date.');
