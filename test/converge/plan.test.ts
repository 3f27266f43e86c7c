import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import type { Listing } from '../../src/converge/listing.ts';
import {
  ambiguousPlan,
  changesIn,
  countsOf,
  countsText,
  doubtfulPlan,
  type Outcome,
  planFor,
  settledPlan,
} from '../../src/converge/plan.ts';
import { lineOf } from '../support/operation-line.ts';
import { custom, existing, listingOf, worker } from '../support/processes.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

const place = { id: 'inst-1', name: 'App' };

let born = 0;
const runs = (id: string, config: Record<string, unknown> = {}, more: Partial<ExistingProcess> = {}) =>
  existing({
    id,
    config,
    createdAt: `2026-01-01T00:00:${String(++born % 60).padStart(2, '0')}.000000Z`,
    ...more,
  });
const runsCustom = (id: string, command: string) => existing({ id, type: 'custom', command });

function plan(declared: ProcessSpec[], there: ExistingProcess[]) {
  return planFor([{ place, declared, listing: listingOf(there) }], cloudService, { prune: false });
}

function lines(declared: ProcessSpec[], there: ExistingProcess[]): string[] {
  return plan(declared, there).operations.map(lineOf);
}

test('what is missing is created, what has drifted updated, the rest kept; declarations keep their order', () => {
  const there = [runs('p-1', { queue: 'high', tries: 3 }), runsCustom('p-2', 'php artisan x')];
  expect(
    lines([custom('php artisan y', 2), worker({ queue: 'high', tries: 5 }), custom('php artisan  x')], there),
  ).toEqual([
    '+ custom process "php artisan y"  2 processes',
    '~ worker on queue high  p-1  tries: 3 → 5',
    '= custom process "php artisan  x"  p-2',
  ]);
});

test('a replacement is in doubt where a field of the old process is not known, which the new one could not take over', () => {
  const service = { ...cloudService, onDrift: 'replace' } as const;
  const old = { ...runs('p-1', { tries: 3 }), vague: 'its directory is not known' };
  const doubtsOf = (tries: number) =>
    planFor([{ place, declared: [worker({ tries })], listing: listingOf([old]) }], service, { prune: false })
      .doubts;
  expect(doubtsOf(5)).toMatchObject([{ place, found: [old] }]);
  expect(doubtsOf(3)).toEqual([]);
});

test('the worker that takes any connection does not take what a third declaration names', () => {
  const there = [
    runs('p-1', { connection: 'database' }),
    runs('p-2', { connection: 'database' }),
    runs('p-3', { connection: 'redis' }),
  ];
  const declared = [worker({ connection: 'database' }), worker({ connection: 'redis' }), worker()];
  expect(plan(declared, there).ambiguous).toEqual([]);
  expect(plan(declared, there).operations.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep']);
});

describe('Nothing is left to luck', () => {
  const twins = () => [
    runs('young', {}, { createdAt: '2026-02-02T00:00:00Z' }),
    runs('old', {}, { createdAt: '2026-01-01T00:00:00Z' }),
  ];

  const redis = runs('p-1', { queue: 'high', connection: 'redis' });
  const database = runs('p-2', { queue: 'high', connection: 'database' });

  test('the error names every process that matches, and what to do', () => {
    const failure = ambiguousPlan(plan([worker()], twins()).ambiguous, cloudService);
    expect(failure.headline).toBe('2 background processes match the worker on queue default: which one?');
    expect(failure.details).toBe(
      'On App:\n- old: connection not set, 1 process\n- young: connection not set, 1 process\n',
    );
    expect(failure.message).toBe(
      'The plan: more processes match than the manifest declares\n- App: 2 processes match the worker on queue default: old (connection not set, 1 process), young (connection not set, 1 process)\nNothing was changed. Delete those that are not wanted, or let prune: true keep the oldest and delete the rest.',
    );
  });

  test('the error does not offer prune where that could not choose for one of them', () => {
    const { ambiguous } = plan([worker(), worker({ queue: 'high' })], [...twins(), redis, database]);
    const { message, headline } = ambiguousPlan(ambiguous, cloudService);
    expect(headline).toBeUndefined();
    expect(message).toBe(
      'The plan: more processes match than the manifest declares\n- App: 2 processes match the worker on queue default: old (connection not set, 1 process), young (connection not set, 1 process)\n- App: 2 processes match the worker on queue high: p-1 (connection redis, 1 process), p-2 (connection database, 1 process)\nNothing was changed. Delete those that are not wanted, or set connection in the manifest.',
    );
  });

  test('the error shows twenty processes of each declaration, and twenty declarations, at most', () => {
    const there = Array.from({ length: 23 }, (_, n) => runsCustom(`p-${n}`, 'job'));
    const ambiguous = Array(22).fill(plan([custom('job')], there).ambiguous[0]);
    const lines = ambiguousPlan(ambiguous, cloudService).message.match(/^- .*$/gm) ?? [];
    expect(lines).toHaveLength(21);
    expect(lines[19]).toMatch(/^- App: 23 processes match the custom process "job": p-0 /);
    expect(lines[19]?.match(/p-\d+/g)).toHaveLength(20);
    expect(lines[19]).toMatch(/ and 3 more$/);
    expect(lines[20]).toBe('- and 2 more that are declared');
  });

  test('a missing process that may exist already is an error that names what it may be', () => {
    const odd = ['p-1', 'p-2'].map((id) =>
      existing({ id, type: 'custom', doubt: 'its command is not known' }),
    );
    const state = {
      place: { ...place, within: 'staging' },
      declared: [custom('a'), custom('b')],
      listing: listingOf([...odd, runsCustom('p-3', 'b')]),
    };
    const { doubts, operations } = planFor([state], cloudService, { prune: true });
    expect(operations.map(({ action }) => action)).toEqual(['create', 'keep', 'undeclared', 'undeclared']);
    expect(doubtfulPlan(doubts).message).toBe(
      'The plan: processes that are declared may exist already, as processes that cannot be identified\n- staging, App: custom process "a": p-1 (its command is not known), or p-2 (its command is not known)\nNothing was changed. Look at these processes in the dashboard; if one is another process, change or delete it there.',
    );
  });
});

describe('A plan that a race may change', () => {
  const [one, two] = [existing({ id: 'p1' }), existing({ id: 'p2' })];

  function planning(first: Listing<ExistingProcess>, later: Listing<ExistingProcess>, prune = false) {
    const clock = new VirtualClock();
    let looks = 0;
    const look = async () => {
      looks += 1;
      return later;
    };
    const states = [{ place, declared: [worker()], listing: first }];
    const runtime = runtimeOn(clock);
    const task = clock.run(settledPlan(states, look, { service: cloudService, prune }, { runtime }));
    return { task, looks: () => looks };
  }

  test('is an error at once where all of those that match are old', async () => {
    const serverTime = Date.UTC(2026, 3, 4, 12);
    const { task, looks } = planning(listingOf([one, two], { serverTime }), listingOf([]));
    await expect(task).rejects.toThrow('The plan: more processes match');
    expect(looks()).toBe(0);
  });

  test('is an error where what may exist already cannot be identified', async () => {
    const { task } = planning(listingOf([{ ...one, doubt: 'it is odd' }]), listingOf([]));
    await expect(task).rejects.toThrow('App: worker on queue default: p1 (it is odd)');
  });

  test('is looked at again where prune decides, and is no error', async () => {
    const { task, looks } = planning(listingOf([one, two]), listingOf([one, two]), true);
    expect((await task).plan.operations.map(({ action }) => action)).toEqual(['keep', 'delete']);
    expect(looks()).toBeGreaterThan(5);
  });
});

const counts = (...outcomes: readonly (Outcome | undefined)[]) =>
  countsOf(outcomes.map((outcome) => ({ outcome })));

test('each outcome is counted by itself, and a change that was not made as none', () => {
  const some = counts(
    'created',
    'updated',
    'updated',
    'replaced',
    'deleted',
    'unchanged',
    'undeclared',
    undefined,
  );
  expect(some).toEqual({
    ...{ created: 1, updated: 2, replaced: 1, deleted: 1, unchanged: 1, undeclared: 1, undone: 1 },
  });
  expect(changesIn(some)).toBe(5);
  expect(changesIn(counts('unchanged', 'undeclared'))).toBe(0);
});

test('counts in words say first what is lost, and leave out what there is none of', () => {
  const some = counts('created', 'deleted', 'deleted', 'replaced', 'undeclared', 'unchanged');
  expect(countsText(some, 'planned')).toBe('2 to delete, 1 to replace, 1 to create, 1 not in the manifest');
  expect(countsText({ ...some, updated: 1 }, 'done')).toBe(
    '2 deleted, 1 replaced, 1 updated, 1 created, 1 not in the manifest',
  );
});
