import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parse } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };
import { readArguments } from './arguments.ts';
import { root } from './repository.ts';
import {
  byAge,
  changesOf,
  type Interface,
  newestEntry,
  parseVersion,
  stepTo,
  textOf,
  tooMuchFor,
} from './version.ts';

readArguments({
  usage: 'npm run --silent release',
  help: `Prints the release that heads CHANGELOG.md as the outputs of a step: tag, major, latest, notes.
Ends with an error if it may not be released. Changes nothing.`,
});

const { version, notes } = newestEntry(readFileSync(`${root}CHANGELOG.md`, 'utf8'));
const tag = `v${textOf(version)}`;
if (packageJson.version !== textOf(version))
  throw new Error(`package.json has the version ${packageJson.version}, CHANGELOG.md ${textOf(version)}`);

const released = git('tag', '--list', 'v*')
  .split('\n')
  .flatMap((name) => parseVersion(name.slice(1)) ?? [])
  .toSorted(byAge);
const step = stepTo(version, released);

const before = released.findLast(({ major }) => major === version.major);
if (before !== undefined) {
  const changes = changesOf(interfaceAt(`v${textOf(before)}`), interfaceAt('HEAD'));
  const tooMuch = tooMuchFor(step, changes);
  if (tooMuch.length > 0) {
    const list = tooMuch.map((change) => `- ${change.what} (${change.step})`).join('\n');
    throw new Error(`${textOf(version)} is a ${step} version, which allows no such change:\n${list}`);
  }
}

const newest = released.every((other) => byAge(other, version) < 0);
const end = randomUUID();
console.log(`tag=${tag}\nmajor=v${version.major}\nlatest=${newest}\nnotes<<${end}\n${notes}\n${end}`);

function interfaceAt(commit: string): Interface {
  const files = git('ls-tree', '-r', '--name-only', commit).split('\n');
  return Object.fromEntries(
    files
      .filter((file) => basename(file) === 'action.yml' && !/^\.|^test\//.test(file))
      .map((file) => {
        const { inputs = {}, outputs = {} } = parse(git('show', `${commit}:${file}`));
        return [dirname(file).replace(/^\.$/, ''), { inputs, outputs }];
      }),
  );
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}
