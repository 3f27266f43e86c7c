import { fileURLToPath } from 'node:url';
import { setOwner, textFiles } from './owner.ts';
import { ours } from './repository.ts';

// npm run set-owner -- acme: every file that names the repository names it as acme's.

const root = fileURLToPath(new URL('../', import.meta.url));
const [owner = ''] = process.argv.slice(2);

for (const file of await setOwner(root, textFiles(root), ours, owner)) console.log(file);
