import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, readArguments } from './arguments.ts';
import { accountName, setOwner, textFiles, withoutHint } from './owner.ts';
import { ours, root } from './repository.ts';

const [owner = ''] = readArguments({
  usage: 'npm run set-owner -- <your-name>',
  help: 'Writes the name of an account on GitHub into every file that names this repository.',
  unnamed: [1, 1],
}).positionals;
if (!accountName.test(owner)) fail(`"${owner}" is not a name that GitHub gives to an account`);
for (const file of await setOwner(root, textFiles(root), ours, owner)) console.log(file);
const readme = join(root, 'README.md');
await writeFile(readme, withoutHint(await readFile(readme, 'utf8')));
