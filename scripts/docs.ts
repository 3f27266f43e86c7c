import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { storms } from '../test/e2e/storms.ts';
import { scenarios } from '../test/scenarios/all.ts';
import { requestsTable, stormsTable } from '../test/scenarios/requests.ts';
import { actionFolders, actionYml } from './action-folders.ts';
import { reference } from './action-tables.ts';
import { actionTypes } from './action-types.ts';
import { readArguments } from './arguments.ts';

readArguments({
  usage: 'npm run docs',
  help: `Writes the tables of the documents: inputs and outputs from the action.yml files, and the numbers of requests from
what the tests run.`,
});

const root = new URL('../', import.meta.url);
const requests = new URL('docs/requests.md', root);

await writeFile(new URL('docs/reference.md', root), await reference());
await writeFile(
  requests,
  (await readFile(requests, 'utf8'))
    .replace(/^\| action \| case .*\n(\|.*\n)*/m, () => `${requestsTable(scenarios)}\n`)
    .replace(/^\| action \| what .*\n(\|.*\n)*/m, () => `${stormsTable(storms)}\n`),
);
for (const folder of await actionFolders())
  await writeFile(
    new URL(posix.join(folder, 'action-types.yml'), root),
    actionTypes(folder, await actionYml(folder)),
  );
console.log('docs/reference.md, docs/requests.md and the action-types.yml files are up to date.');
