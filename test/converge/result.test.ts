import { describe, expect, test } from 'vitest';
import {
  convergeFailure,
  describeDone,
  doneCounts,
  type OperationResult,
} from '../../src/converge/result.ts';

const done = (outcome: OperationResult['outcome'], subject = 'a'): OperationResult => ({
  operation: { action: 'create', place: { id: 'inst-1', name: 'App' }, subject, settings: {}, spec: {} },
  status: 'done',
  outcome,
  process: undefined,
  changes: {},
  error: undefined,
});
const undone = (status: 'failed' | 'not-done', subject: string, error: string): OperationResult => ({
  ...done(undefined, subject),
  status,
  error,
});
const times = (count: number, result: OperationResult) => Array.from({ length: count }, () => result);
const failures = (count: number) =>
  Array.from({ length: count }, (_, index) => undone('failed', `job ${index + 1}`, 'no'));

describe('What was really done is counted', () => {
  test('each outcome by itself, and a replaced process is an updated one', () => {
    const results = [
      ...times(1, done('created')),
      ...times(1, done('updated')),
      ...times(1, done('replaced')),
      ...times(4, done('deleted')),
      ...times(3, done('unchanged')),
      ...times(5, done('undeclared')),
      undone('failed', 'b', 'no'),
    ];
    expect(doneCounts(results)).toEqual({
      created: 1,
      updated: 2,
      deleted: 4,
      unchanged: 3,
      undeclared: 5,
    });
  });

  test('in words, and what is not declared is told only where there is some', () => {
    expect(describeDone([done('created'), done('unchanged')])).toBe(
      '1 created, 0 updated, 0 deleted, 1 unchanged',
    );
    expect(describeDone([done('replaced'), done('deleted'), done('undeclared')])).toBe(
      '0 created, 1 updated, 1 deleted, 0 unchanged, 1 undeclared',
    );
  });
});

describe('One error tells of everything that was not done', () => {
  const what = 'Applying m.yml';

  test('there is none when all was done', () => {
    expect(
      convergeFailure(what, [done('created'), done('undeclared')], 'It is live at once'),
    ).toBeUndefined();
  });

  test('with a line for each, what was done, and what to do then', () => {
    const results = [
      done('created'),
      undone('failed', 'worker on queue high', 'the server said no'),
      undone('not-done', 'worker on queue low', 'told to stop'),
    ];
    expect(convergeFailure(what, results, 'It takes effect with the next deploy')?.message).toBe(
      [
        'Applying m.yml: 2 of 3 operations were not finished',
        '- failed: create worker on queue high on App: the server said no',
        '- not-done: create worker on queue low on App: told to stop',
        'Done: 1 created, 0 updated, 0 deleted, 0 unchanged. Run the job again: what is done stays as it is. It takes effect with the next deploy.',
      ].join('\n'),
    );
  });

  test('what is live at once needs no word about when', () => {
    expect(convergeFailure(what, failures(1), '')?.fix).toBe(
      'Run the job again: what is done stays as it is',
    );
  });

  test.each([
    [19, []],
    [20, []],
    [21, ['- and 1 more, in plan-json']],
    [45, ['- and 25 more, in plan-json']],
  ])('of %i lines twenty are shown at most, and the rest is counted', (count, rest) => {
    const lines = convergeFailure(what, failures(count), '')?.why.split('\n') ?? [];
    expect(lines[0]).toBe(`${count} of ${count} operations were not finished`);
    expect(lines.slice(1, -1)).toEqual([
      ...Array.from(
        { length: Math.min(count, 20) },
        (_, index) => `- failed: create job ${index + 1} on App: no`,
      ),
      ...rest,
    ]);
  });
});
