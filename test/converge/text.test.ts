import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudRules } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { planFor } from '../../src/converge/plan.ts';
import { countsText, meanings, type PlanRow, plannedRows, planText } from '../../src/converge/text.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';

const app = { id: 'inst-1', name: 'App' };
const imports = { id: 'inst-2', name: 'imports' };
const custom = (command: string, processes?: number): ProcessSpec => ({ type: 'custom', processes, command });
const runs = (id: string, command: string, processes = 1) =>
  existing({ id, type: 'custom', command, processes });

function rowsOf(prune = false): readonly PlanRow[] {
  const states = [
    {
      place: app,
      declared: [
        custom('php artisan reverb:start', 2),
        { type: 'worker', processes: 2, config: { queue: 'high,default', tries: 5, force: true } } as const,
        custom('php artisan horizon'),
      ],
      listing: listingOf([
        existing({ id: 'p-1', config: { queue: 'high,default', tries: 3, sleep: 3 } }),
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
  return plannedRows(planFor(states, cloudRules, { prune }).operations);
}

/** The rows of a plan for App alone. */
function rowsFor(declared: readonly ProcessSpec[], there: readonly ExistingProcess[] = []) {
  const state = { place: app, declared, listing: listingOf(there) };
  return plannedRows(planFor([state], cloudRules, { prune: false }).operations);
}

test('a row tells what is planned, with the process as it is and what changes', () => {
  const there = runs('p-1', 'php a');
  const rows = rowsFor([custom('php a', 2), custom('php b')], [there]);
  expect(rows.map(({ operation: _, ...row }) => row)).toEqual([
    { status: 'planned', process: there, changes: { processes: { from: 1, to: 2 } } },
    { status: 'planned', process: undefined, changes: {} },
  ]);
});

describe('A plan as a diff', () => {
  test('has one line a process, aligned, that says what there is to know', () => {
    const noteOf = ({ id }: { id: string }) => (id === 'inst-1' ? '2–4 replicas' : undefined);
    const { diff, unchanged, ids } = planText(rowsOf(), noteOf);
    expect(diff).toEqual([
      '@@ App (2–4 replicas) @@',
      '+ custom process "php artisan reverb:start"  2 processes',
      '! worker on queue high,default               processes: 1 → 2, tries: 3 → 5, force: unset → true',
      '? worker on queue low                        2 processes, timeout 90; not declared, kept',
    ]);
    expect(unchanged).toEqual([
      '@@ App (2–4 replicas) @@',
      '= custom process "php artisan horizon"     1 process',
      '@@ imports @@',
      '= custom process "php artisan pulse:work"  1 process',
    ]);
    expect(ids).toEqual([
      'p-1  worker on queue high,default on App',
      'p-2  custom process "php artisan horizon" on App',
      'p-3  worker on queue low on App',
      'p-4  custom process "php artisan pulse:work" on imports',
    ]);
  });

  test('says what is lost by what is deleted', () => {
    expect(planText(rowsOf(true)).diff.at(-1)).toBe(
      '- worker on queue low                        lost: 2 processes, timeout 90',
    );
  });

  test('says what has failed, and what was not begun', () => {
    const statuses = ['failed', 'not-done', 'done', 'done', 'done'] as const;
    const rows = rowsOf().map((row, index) => ({ ...row, status: statuses[index] ?? 'done' }));
    const { diff } = planText(rows);
    expect(diff[1]).toMatch(/2 processes {2}FAILED$/);
    expect(diff[2]).toMatch(/unset → true {2}NOT DONE$/);
    expect(diff[3]).toMatch(/kept$/);
  });

  test('says that a process is replaced where it cannot be changed', () => {
    const rules = { ...cloudRules, mend: 'replace' } as const;
    const state = { place: app, declared: [custom('php a', 2)], listing: listingOf([runs('p-1', 'php a')]) };
    const { diff } = planText(plannedRows(planFor([state], rules, { prune: false }).operations));
    expect(diff[1]).toBe('! custom process "php a"  replaced by a new one, processes: 1 → 2');
  });

  test('a long command does not move all others to the right', () => {
    const declared = [custom(`php artisan ${'x '.repeat(50)}`), custom('php artisan horizon')];
    const { diff } = planText(rowsFor(declared));
    expect(diff[2]).toBe('+ custom process "php artisan horizon"  1 process');
  });

  test.each([
    ['a subject of up to 48 characters aligns the others', 31, 50],
    ['a longer one does not', 32, 30],
  ])('%s', (_, length, width) => {
    const { diff } = planText(rowsFor([custom('x'.repeat(length)), custom('php artisan')]));
    expect(diff[2]).toBe(`${'+ custom process "php artisan"'.padEnd(width)}  1 process`);
  });

  test('has no spaces at the end of a line that has nothing more to say', () => {
    const [row] = rowsFor([custom('php a', 2)], [runs('p-1', 'php a')]);
    const rows = row === undefined ? [] : [{ ...row, status: 'done' as const, changes: {} }];
    expect(planText(rows).diff).toEqual(['@@ App @@', '! custom process "php a"']);
  });

  test('its signs are explained to who sees them for the first time', () => {
    expect(meanings).toEqual([
      ['+', 'created'],
      ['!', 'changed'],
      ['-', 'deleted'],
      ['?', 'not declared, and kept'],
    ]);
  });

  test('is empty when everything is as declared', () => {
    const state = { place: app, declared: [custom('php a')], listing: listingOf([runs('p-1', 'php a')]) };
    expect(planText(plannedRows(planFor([state], cloudRules, { prune: true }).operations)).diff).toEqual([]);
  });
});

describe('counts in words', () => {
  const none = { created: 0, updated: 0, deleted: 0, unchanged: 4, undeclared: 0 };

  test('name what there is', () => {
    const some = { ...none, created: 1, deleted: 2, undeclared: 3 };
    expect(countsText(some, 'planned')).toBe('1 to create, 2 to delete, 3 not declared');
    expect(countsText({ ...some, updated: 1 }, 'done')).toBe(
      '1 created, 1 updated, 2 deleted, 3 not declared',
    );
  });

  test('say when there is nothing', () => {
    expect(countsText(none, 'planned')).toBe('nothing to change');
    expect(countsText({ ...none, undeclared: 1 }, 'done')).toBe('nothing to change, 1 not declared');
  });
});
