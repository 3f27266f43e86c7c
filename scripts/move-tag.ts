import { fileURLToPath } from 'node:url';
import { readArguments } from './arguments.ts';
import { moveTag } from './major-tag.ts';

const [tag = '', commit = ''] = readArguments({
  usage: 'node scripts/move-tag.ts <tag> <commit>',
  help: 'Moves the tag of a major version, such as v1, to a commit that follows the one where it is.',
  unnamed: [2, 2],
}).positionals;
console.log(moveTag(fileURLToPath(new URL('../', import.meta.url)), tag, commit));
