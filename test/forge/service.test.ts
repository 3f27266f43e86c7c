import { describe, expect, test } from 'vitest';
import { doubtText } from '../../src/converge/listing.ts';
import { planFor } from '../../src/converge/plan.ts';
import { isStatedOther } from '../../src/converge/service.ts';
import { couldBe, notCompared, rowName } from '../../src/forge/compare.ts';
import { forge, forgeHints, forgePace, forgeService } from '../../src/forge/service.ts';
import { type ForgeProcess, label } from '../../src/forge/shapes.ts';
import { describe as describeSpec, type ForgeSpec } from '../../src/forge/spec.ts';
import { isDown, isUp, knownWords, reasonsText } from '../../src/forge/status.ts';
import { lineOf } from '../support/operation-line.ts';
import { listingOf } from '../support/processes.ts';
import { processOf, specOf } from './forge-server.ts';

const place = { id: '7', name: 'web-1' };
const horizon = 'process "php8.4 artisan horizon" of user forge';

function plan(declared: readonly ForgeSpec[], existing: readonly ForgeProcess[], prune = false) {
  return planFor([{ place, declared, listing: listingOf(existing) }], forgeService, { prune });
}

const lines = (...args: Parameters<typeof plan>): string[] => plan(...args).operations.map(lineOf);

describe('A plan for a Forge server', () => {
  test('gives a declaration with a site only what the list of this site has shown', () => {
    const there = [processOf({ id: '1' }), processOf({ id: '2', siteId: '9' })];
    expect(lines([specOf(), specOf({ siteId: '9' })], there)).toEqual([
      `= ${horizon} in /home/forge/shop.example  1`,
      `= ${horizon} in /home/forge/shop.example  2`,
    ]);
    expect(lines([specOf({ siteId: '9' })], there.slice(0, 1)).map((line) => line[0])).toEqual(['+', '?']);
  });

  test('creates nothing beside a process that may be the declared one, and never prunes that', () => {
    const doubtful = processOf({ id: '1', command: '', doubt: 'its command is not known' });
    const { doubts, operations } = plan([specOf()], [doubtful], true);
    expect(doubts).toEqual([{ place, subject: `${horizon} in /home/forge/shop.example`, found: [doubtful] }]);
    expect(operations.map(lineOf)).toContain(
      '? process "unknown" of user forge in /home/forge/shop.example  1',
    );
    expect(plan([specOf({ user: 'root' })], [doubtful]).doubts).toEqual([]);
  });
});

test('what a plan shows of a declaration, and of a process', () => {
  const declared = specOf({
    processes: undefined,
    siteId: '9',
    startsecs: 0,
    stopwaitsecs: 60,
    stopsignal: 'SIGTERM',
  });
  expect(forgeService.settingsOf(declared)).toEqual({
    ...{ processes: 1, site: '9', startsecs: 0, stopwaitsecs: 60, stopsignal: 'SIGTERM' },
  });
  expect(forgeService.settingsOf(specOf({ processes: 3 }))).toStrictEqual({ processes: 3 });
  expect(forgeService.settingsOfExisting(processOf({ id: '1', processes: 2 }))).toEqual({ processes: 2 });
  expect(forgeService.particularsOf(processOf({ id: '1', processes: undefined, directory: null }))).toBe(
    'user forge, no directory, an unknown number of processes, running',
  );
});

test('a declaration is told with its user and its directory, where it has them', () => {
  expect(describeSpec({ command: 'x', directory: undefined })).toBe('process "x"');
  expect(describeSpec(specOf({ command: 'x' }))).toBe(
    'process "x" of user forge in /home/forge/shop.example',
  );
});

test('a row of a plan has the command, and shares user and directory with its kin', () => {
  const identity = 'process "x" of forge in /home/forge/shop.example';
  const shared = ['forge', '/home/forge/shop.example'];
  expect(rowName(specOf({ command: 'x' }))).toMatchObject({ identity, shared });
  expect(rowName(processOf({ id: '1', command: 'x', directory: null }))).toMatchObject({
    identity: 'process "x" of forge',
    shared: ['forge'],
  });
});

test('a process is up, down, or on its way', () => {
  expect(knownWords.filter(isUp)).toEqual(['installed', 'running']);
  expect(knownWords.filter(isDown)).toEqual(['stopped', 'fatal', 'exited']);
  expect(knownWords.filter((word) => !isUp(word) && !isDown(word)).join()).toBe(
    'installing,removing,restarting,starting,stopping,backoff,unknown',
  );
});

test('a number that Forge does not report is no drift, and is told', () => {
  const [unknown, known] = [processOf({ id: '1', processes: undefined }), processOf({ id: '1' })];
  expect(forgeService.drift(specOf(), unknown)).toEqual({});
  expect(forgeService.drift(specOf({ processes: undefined }), known)).toEqual({});
  expect(notCompared(specOf(), unknown)).toBe(
    'Forge does not report how many processes 1 has: whether it has 1 is not known.',
  );
  expect(notCompared(specOf({ processes: undefined }), unknown)).toBeUndefined();
  expect(notCompared(specOf(), known)).toBeUndefined();
});

test('processes that do not run are named with their statuses, and what these mean is said once', () => {
  const fatal = ['1', '2'].map((id) => processOf({ id, command: `php ${id}`, status: 'fatal' }));
  const all = [...fatal, processOf({ id: '3', doubt: 'odd', status: 'exited' })];
  expect(reasonsText(all)).toBe(
    '1 ("php 1"), 2 ("php 2") are fatal: Forge has stopped restarting after crashes; 3 (odd) is exited: the command has ended, and Forge does not restart it',
  );
  expect(all.map(label)).toEqual(['1 ("php 1")', '2 ("php 2")', '3 (odd)']);
  expect(label(processOf({ id: '4', command: 'php "4"' }))).toBe('4 ("php \\"4\\"")');
  expect(label(processOf({ id: '5', command: 'x'.repeat(81) }))).toBe('5 ("a text of 81 characters")');
  expect(forgeService.describe(specOf({ command: 'php "4"' }))).toContain('process "php \\"4\\"" of user');
});

test.each([...['installing', 'installed', 'starting', 'backoff', 'fatal', 'exited', 'stopped', 'gone']])(
  'of one that is %s it is said what that means',
  (status) => {
    expect(reasonsText([processOf({ id: '1', status })])).toMatch(/: (Forge|something|the) \w/);
  },
);

test('a step finds Laravel Forge and its token by itself, and changes no more than fits into the limit', () => {
  const variables = ['FORGE_API_TOKEN', 'FORGE_TOKEN'];
  const token = { variables, origin: 'in Laravel Forge, under the API settings of your profile' };
  expect(forge).toEqual({ hints: forgeHints, token, apiUrl: 'https://forge.laravel.com/api' });
  expect(forgePace).toEqual({ changes: 20, window: 60_000 });
});

describe('A process in doubt', () => {
  const doubtful = (given: Partial<ForgeProcess>) => processOf({ id: '1', doubt: 'odd', ...given });

  test.each([
    ['neither command nor user is known', { command: '', user: '' }, true],
    ['only the user is not known', { command: ' php8.4  artisan horizon', user: '' }, true],
    ['only the command is not known', { command: '' }, true],
    ['only the directory is not known', { directory: null }, true],
    ['the command is another', { command: 'php8.4 artisan pulse:check', user: '' }, false],
    ['the user is another', { command: '', user: 'root' }, false],
  ])('of which %s could be the declared one or not', (_, given, could) => {
    expect(forgeService.couldBe(specOf(), doubtful(given))).toBe(could);
    if (could) expect(couldBe({ command: 'php8.4 artisan horizon' }, doubtful(given))).toBe(true);
  });

  test('states no identity; one that is fully known does', () => {
    expect(forgeService.statesIdentity(doubtful({}))).toBe(false);
    expect(isStatedOther(specOf(), doubtful({ command: 'php8.4 artisan other' }), forgeService)).toBe(false);
    const other = processOf({ id: '1', command: 'php8.4 artisan horizon --quiet' });
    expect(isStatedOther(specOf(), other, forgeService)).toBe(true);
    expect(isStatedOther(specOf(), processOf({ id: '1' }), forgeService)).toBe(false);
  });
});

const vague = processOf({ id: '1', directory: null, vague: 'its directory is not known' });

test('a process whose directory is not known may be the declared one, if that has a directory', () => {
  expect(plan([specOf()], [vague]).doubts).toMatchObject([{ found: [vague] }]);
  expect(plan([specOf({ command: 'php8.4 artisan other' })], [vague]).doubts).toEqual([]);
  expect(doubtText(vague)).toBe('1 (its directory is not known)');
});

const left = processOf({ id: '1', processes: 3, createdAt: '2026-10-01T09:00:00Z' });
const successor = processOf({ id: '2', createdAt: '2026-10-01T09:00:05Z' });
const kept = `= ${horizon} in /home/forge/shop.example  2`;
const deleted = `- ${horizon} in /home/forge/shop.example  1`;

test.each([false, true])(
  'what an interrupted replacement has left goes, and its successor is kept (prune: %s)',
  (prune) => {
    const there = [left, successor];
    expect(lines([specOf()], there, prune)).toEqual([kept, deleted]);
    expect(plan([specOf()], there, prune).ambiguous).toEqual([]);
  },
);
