import { describe, expect, test } from 'vitest';
import { describeOthers, otherWorkersOf } from '../../src/cloud/lint.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { existing } from '../support/existing.ts';

const declared: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'high,default' } };
const own = existing({ id: 'p-own', config: { queue: 'high,default' } });

describe('another worker that serves a declared queue', () => {
  test.each([
    ['high', ['high']],
    ['low, high', ['high']],
    [null, ['default']],
    ['default,high', ['high', 'default']],
  ])('is told with the queues that it shares: %j', (queue, queues) => {
    const process = existing({ id: 'p-other', config: { queue } });
    expect(otherWorkersOf(declared, [own], [own, process])).toEqual([{ process, queues }]);
  });

  test('is none that serves others, is custom, or is the process itself', () => {
    const listed = [
      own,
      existing({ id: 'p-low', config: { queue: 'low' } }),
      existing({ id: 'p-custom', type: 'custom', command: 'php artisan queue:work --queue=high' }),
    ];
    expect(otherWorkersOf(declared, [own], listed)).toEqual([]);
  });

  test('does not matter to a custom process', () => {
    expect(
      otherWorkersOf({ type: 'custom', processes: 1, command: 'php artisan horizon' }, [], [own]),
    ).toEqual([]);
  });
});

test('others are told in one sentence, by name and id', () => {
  const of = (id: string, queue: string) => ({
    process: existing({ id, config: { queue } }),
    queues: ['high'],
  });
  expect(describeOthers([])).toBeUndefined();
  expect(describeOthers([of('p-1', 'high')])).toBe(
    '1 other worker on the cluster serves "high": worker on queue high (p-1)',
  );
  expect(describeOthers([of('p-1', 'high'), of('p-2', 'high,low')])).toBe(
    '2 other workers on the cluster serve "high": worker on queue high (p-1), worker on queue high,low (p-2)',
  );
  const many = Array.from({ length: 12 }, (_, index) => of(`p-${index}`, 'high'));
  expect(describeOthers(many)).toMatch(/\(p-9\) and 2 more$/);
});
