import { describe, expect, test } from 'vitest';
import { unfinished } from '../../../src/actions/report/unfinished.ts';
import type { PlanRow } from '../../../src/converge/text.ts';
import { Cancelled } from '../../../src/failure.ts';
import { headed } from '../../../src/runner/ending.ts';

const row = (changes: Partial<PlanRow>): PlanRow => ({
  ...{ action: 'create', place: { id: 'inst-1', name: 'App' }, status: 'done', outcome: 'created' },
  ...{ name: 'php artisan horizon', identity: '', shared: [], settings: { processes: 1 }, changes: {} },
  ...{ processId: undefined, error: undefined, why: undefined, particulars: {} },
  ...changes,
});
const failed = row({ status: 'failed', outcome: undefined, why: 'Laravel Cloud answered 500.' });
const held = row({
  action: 'delete',
  name: 'old',
  status: 'not-done',
  outcome: undefined,
  why: 'a change before it failed',
});
const kept = row({ action: 'keep', outcome: 'unchanged' });
const goingOn = new AbortController().signal;
const about = { where: 'production', whenLive: 'The changes take effect later', cancelled: goingOn };

describe('One error for everything that was not done', () => {
  test('there is none when all was done', () => {
    expect(unfinished(about, [row({}), kept])).toBeUndefined();
  });

  test('has a line for each, what was done, and what to do then', () => {
    expect(unfinished(about, [row({}), failed, held, kept])?.message).toBe(
      [
        '"production": 2 of 3 changes not made:',
        '- Failed: create "php artisan horizon" on App, 1 process.',
        '  Laravel Cloud answered 500.',
        '- Not started: delete "old" on App, 1 process, because a change before it failed.',
        'Done: 1 created. The changes take effect later.',
        'Next: when the cause is fixed, run the job again. It continues where this run stopped.',
      ].join('\n'),
    );
  });

  test('its headline counts the changes, and says whose they are', () => {
    const failure = unfinished(about, [failed, kept]);
    expect(failure && headed(failure).headline).toBe('"production": 1 of 1 change not made');
    expect(failure?.fix).toBe(
      'Next: when the cause is fixed, run the job again. It continues where this run stopped',
    );
  });

  test('of many lines it shows twenty, and counts the rest', () => {
    const lines = unfinished(about, Array(23).fill(failed))?.why.match(/^- .*$/gm) ?? [];
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('- and 3 more, in plan-json');
  });

  test('what was created and not checked is made, and says so', () => {
    const unchecked = row({ status: 'failed', why: 'Laravel Cloud answered 500.' });
    expect(unfinished(about, [unchecked, row({})])?.message).toContain(
      '"production": 1 created, not checked:\n- Not checked: create "php artisan horizon" on App, 1 process.\n',
    );
  });

  test('of a cancelled step it counts what exists and what was not started, and tells the signal once', () => {
    const cancelled = AbortSignal.abort(
      new Cancelled({ what: 'Not begun', why: 'the step was told to stop (SIGTERM)' }),
    );
    const unchecked = row({ status: 'failed', why: 'the step was cancelled before' });
    const waiting = row({
      status: 'not-done',
      outcome: undefined,
      why: 'the step was told to stop (SIGTERM)',
    });
    const failure = unfinished({ ...about, cancelled }, [row({}), unchecked, waiting, waiting, failed]);
    expect(failure?.headline).toBe('"production", 2 of 5 changes made');
    expect(failure?.why.split('\n')).toEqual([
      'Done: 1 created.',
      '1 created, not checked for duplicates of parallel runs. The next run checks.',
      '2 not started: the step was told to stop (SIGTERM).',
      '- Failed: create "php artisan horizon" on App, 1 process.',
      '  Laravel Cloud answered 500.',
    ]);
  });
});
