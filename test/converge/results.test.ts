import { describe, expect, test } from 'vitest';
import { changesIn, countsOf, countsText, type Outcome } from '../../src/converge/results.ts';

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

describe('counts in words', () => {
  test('say first what is lost, and leave out what there is none of', () => {
    const some = counts('created', 'deleted', 'deleted', 'replaced', 'undeclared', 'unchanged');
    expect(countsText(some, 'planned')).toBe('2 to delete, 1 to replace, 1 to create, 1 not in the manifest');
    expect(countsText({ ...some, updated: 1 }, 'done')).toBe(
      '2 deleted, 1 replaced, 1 updated, 1 created, 1 not in the manifest',
    );
  });

  test('say when there is nothing', () => {
    expect(countsText(counts('unchanged'), 'planned')).toBe('nothing to change');
    expect(countsText(counts('undeclared'), 'done')).toBe('nothing to change, 1 not in the manifest');
  });
});
