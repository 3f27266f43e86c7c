import { readArguments } from './arguments.ts';
import { moveTag } from './major-tag.ts';
import { root } from './repository.ts';

const [tag = '', commit = ''] = readArguments({
  usage: 'node scripts/move-tag.ts <tag> <commit>',
  help: 'Moves the tag of a major version, such as v1, to a commit that follows the one where it is.',
  unnamed: [2, 2],
}).positionals;
console.log(moveTag(root, tag, commit));
