import { describe, expect, test } from 'vitest';
import { otherWorkers } from '../../src/cloud/lint.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { existing } from '../support/existing.ts';

const declared: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'high,default' } };
const own = existing({ id: 'p-own', config: { queue: 'high,default' } });

describe('another worker that serves a declared queue', () => {
  test.each([
    ['high', 'serves "high": worker on queue high'],
    ['low, high', 'serves "high": worker on queue low,high'],
    [null, 'serves "default": worker on queue default'],
    ['default,high', 'serves "high", "default": worker on queue default,high'],
  ])('is told with the queues that it shares: %j', (queue, told) => {
    const process = existing({ id: 'p-other', config: { queue } });
    expect(otherWorkers(declared, own, [own, process])).toBe(
      `1 other worker on the cluster ${told} (p-other)`,
    );
    expect(otherWorkers(declared, undefined, [process])).toContain(told);
  });

  test('is none that serves others, is custom, or is the process itself', () => {
    const listed = [
      own,
      existing({ id: 'p-low', config: { queue: 'low' } }),
      existing({ id: 'p-custom', type: 'custom', command: 'php artisan queue:work --queue=high' }),
    ];
    expect(otherWorkers(declared, own, listed)).toBeUndefined();
  });

  test('does not matter to a custom process', () => {
    const custom: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };
    expect(otherWorkers(custom, undefined, [own])).toBeUndefined();
  });

  test('is one of many, which are told in one sentence', () => {
    const worker = (id: string, queue: string) => existing({ id, config: { queue } });
    expect(otherWorkers(declared, own, [worker('p-1', 'high'), worker('p-2', 'high,low')])).toBe(
      '2 other workers on the cluster serve "high": worker on queue high (p-1), worker on queue high,low (p-2)',
    );
    const many = Array.from({ length: 12 }, (_, index) => worker(`p-${index}`, 'high'));
    expect(otherWorkers(declared, own, many)).toMatch(/\(p-9\) and 2 more$/);
  });
});
