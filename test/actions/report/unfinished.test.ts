import { describe, expect, test } from 'vitest';
import { unfinished } from '../../../src/actions/report/unfinished.ts';
import type { PlanRow } from '../../../src/converge/text.ts';
import { headed } from '../../../src/runner/ending.ts';

const row = (changes: Partial<PlanRow>): PlanRow => ({
  ...{ action: 'create', place: { id: 'inst-1', name: 'App' }, status: 'done', outcome: 'created' },
  ...{ name: 'php artisan horizon', identity: '', shared: [], settings: { processes: 1 }, changes: {} },
  ...{ processId: undefined, error: undefined, particulars: {} },
  ...changes,
});
const failed = row({ status: 'failed', outcome: undefined, error: 'Laravel Cloud answered 500.' });
const held = row({
  action: 'delete',
  name: 'old',
  status: 'not-done',
  outcome: undefined,
  error: 'held back',
});
const kept = row({ action: 'keep', outcome: 'unchanged' });
const about = { where: 'production', file: 'm.yml', whenLive: 'The changes take effect later' };

describe('One error for everything that was not done', () => {
  test('there is none when all was done', () => {
    expect(unfinished(about, [row({}), kept])).toBeUndefined();
  });

  test('has a line for each, what was done, and what to do then', () => {
    expect(unfinished(about, [row({}), failed, held, kept])?.message).toBe(
      [
        'Applying m.yml, 2 of 3 changes not made:',
        '- Failed: App: create php artisan horizon, 1 process: Laravel Cloud answered 500.',
        '- Not started: App: delete old, 1 process: held back',
        'Done: 1 created. The changes take effect later. When the cause is fixed, run the job again: it makes only the missing changes.',
      ].join('\n'),
    );
  });

  test('its headline counts the changes, and says whose they are', () => {
    const failure = unfinished(about, [failed, kept]);
    expect(failure && headed(failure).headline).toBe('"production": 1 of 1 change not made');
    expect(failure?.fix).toBe(
      'When the cause is fixed, run the job again: it makes only the missing changes',
    );
  });

  test('of many lines it shows twenty, and counts the rest', () => {
    const lines = unfinished(about, Array(23).fill(failed))?.why.trim().split('\n') ?? [];
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('- and 3 more, in plan-json');
  });
});
