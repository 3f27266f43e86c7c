import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { moveTag } from '../../scripts/major-tag.ts';
import {
  type ActionInterface,
  changesOf,
  newestEntry,
  parseVersion,
  stepTo,
  textOf,
  tooMuchFor,
  type Version,
} from '../../scripts/version.ts';
import { readDocument } from '../docs/documents.ts';

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
}

describe('the version', () => {
  test('is the one that heads the changelog, and package.json has it', () => {
    const { version, notes } = newestEntry(readDocument('CHANGELOG.md'));
    expect(packageJson.version).toBe(textOf(version));
    expect(notes).not.toContain('## ');
  });

  test('comes with the notes below its heading, up to the one before', () => {
    const changelog = '# Changelog\n\nWords.\n\n## 1.10.0\n\n- New.\n\n### More\n\n## 1.9.0\n\n- Old.\n';
    expect(newestEntry(changelog)).toEqual({ version: version('1.10.0'), notes: '- New.\n\n### More' });
    expect(newestEntry('## 1.9.0\n\n- Old.\n').notes).toBe('- Old.');
  });

  test.each([
    ['## Unreleased\n\n- New.\n', 'must be headed by a version'],
    ['## 1.0.0-rc.1\n\n- New.\n', 'must be headed by a version'],
    ['## 01.0.0\n\n- New.\n', 'must be headed by a version'],
    ['# Changelog\n', 'must be headed by a version'],
    ['## 1.1.0\n\n## 1.0.0\n\n- Old.\n', '1.1.0 says nothing'],
  ])('is not to be had of %j', (changelog, message) => {
    expect(() => newestEntry(changelog)).toThrow(message);
  });

  test.each([
    ['1.0.0', [], 'major'],
    ['1.0.1', ['1.0.0'], 'patch'],
    ['1.10.0', ['1.0.0', '1.9.0', '1.9.1'], 'minor'],
    ['2.0.0', ['1.0.0', '1.9.0'], 'major'],
    ['1.9.2', ['1.9.1', '2.0.0'], 'patch'],
  ])('%s is the next one after %j, a %s', (next, released, step) => {
    expect(stepTo(version(next), released.map(version))).toBe(step);
  });

  test.each([
    ['1.0.0', ['1.0.0'], '1.0.0 is not the next version after 1.0.0: that is 1.0.1 or 1.1.0'],
    ['1.0.0', ['1.1.0'], '1.0.0 is not the next version after 1.1.0: that is 1.1.1 or 1.2.0'],
    ['1.1.1', ['1.0.0'], '1.1.1 is not the next version after 1.0.0: that is 1.0.1 or 1.1.0'],
    ['3.0.0', ['1.0.0'], '3.0.0 is not the next version after 1.0.0: that is 2.0.0'],
    ['0.1.0', [], '0.1.0 is not the next version: that is 1.0.0'],
  ])('%s is refused after %j', (next, released, message) => {
    expect(() => stepTo(version(next), released.map(version))).toThrow(message);
  });
});

describe('a change of the interface', () => {
  const list: ActionInterface = {
    inputs: { token: {}, server: { required: true }, type: { default: 'worker' } },
    outputs: { count: {} },
  };

  test('is none while nothing that a workflow names has changed', () => {
    expect(changesOf({ list }, { list: structuredClone(list) })).toEqual([]);
  });

  const withInputs = (inputs: ActionInterface['inputs']) => ({ list: { ...list, inputs } });
  const withOutputs = (outputs: ActionInterface['outputs']) => ({ list: { ...list, outputs } });
  const { inputs, outputs } = list;

  test.each([
    ['major', 'list is gone', {}],
    ['minor', 'delete is new', { list, delete: list }],
    ['major', 'list: the input token is gone', withInputs(without(inputs, 'token'))],
    ['minor', 'list: the input all is new', withInputs({ ...inputs, all: {} })],
    ['major', 'list: the input all must be given now', withInputs({ ...inputs, all: { required: true } })],
    [
      'major',
      'list: the input token must be given now',
      withInputs({ ...inputs, token: { required: true } }),
    ],
    ['major', 'list: the input type has another default', withInputs({ ...inputs, type: { default: 'x' } })],
    ['major', 'list: the output count is gone', withOutputs({})],
    ['minor', 'list: the output ids is new', withOutputs({ ...outputs, ids: {} })],
  ] as const)('asks for a %s version: %s', (step, what, after) => {
    const changes = changesOf({ list }, after);
    expect(changes).toEqual([{ step, what }]);
    expect(tooMuchFor('patch', changes)).toEqual(changes);
    expect(tooMuchFor('minor', changes)).toEqual(step === 'major' ? changes : []);
    expect(tooMuchFor('major', changes)).toEqual([]);
  });
});

describe('the workflow', () => {
  const { jobs } = parse(readDocument('.github/workflows/release.yml'));

  test('signs every file of dist after it was rebuilt, and publishes only then', () => {
    expect(jobs.attest.needs).toBe('validate');
    expect(jobs.attest.steps.at(-1).with).toEqual({ 'subject-path': 'dist/*' });
    expect(jobs.publish.needs).toContain('attest');
  });

  test('runs no code of packages where it may sign', () => {
    expect(jobs.attest.steps.filter((step: object) => 'run' in step)).toEqual([]);
  });
});

describe('the tag of the major version', () => {
  let base: string;
  let clone: string;
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const remoteTag = () => git('ls-remote', 'origin', 'refs/tags/v1').split('\t')[0];
  const commit = (name: string) => {
    writeFileSync(join(clone, name), name);
    git('add', '.');
    git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', name);
    return git('rev-parse', 'HEAD');
  };

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'tag-'));
    clone = base;
    git('init', '--quiet', '--bare', 'remote');
    git('clone', '--quiet', join(base, 'remote'), 'clone');
    clone = join(base, 'clone');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  test('is made, follows a later commit, and stays where it is when asked again', () => {
    const [first, second] = [commit('a'), commit('b')];
    expect(moveTag(clone, 'v1', first)).toBe(`v1 is at ${first} now`);
    expect(moveTag(clone, 'v1', second)).toBe(`v1 is at ${second} now`);
    expect(moveTag(clone, 'v1', second)).toBe(`v1 is at ${second} already`);
    expect(remoteTag()).toBe(second);
  });

  test('goes neither back nor aside', () => {
    const [first, second] = [commit('a'), commit('b')];
    git('checkout', '--quiet', '--detach', first);
    const aside = commit('c');
    moveTag(clone, 'v1', second);
    for (const other of [first, aside]) expect(() => moveTag(clone, 'v1', other)).toThrow('does not follow');
    expect(remoteTag()).toBe(second);
  });

  test('is none of a release', () => {
    expect(() => moveTag(clone, 'v1.0.0', 'HEAD')).toThrow('is not a tag that moves');
  });
});

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
