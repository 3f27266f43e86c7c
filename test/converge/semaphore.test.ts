import { describe, expect, test } from 'vitest';
import { Semaphore } from '../../src/converge/semaphore.ts';

/** A task that ends when told to. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { task: () => promise, end: resolve, fail: reject };
}

describe('Only so many tasks run at once', () => {
  test('the others wait for their turn, urgent ones before the rest', async () => {
    const limit = new Semaphore(1);
    const first = held();
    const order: string[] = [];
    const named = (name: string) => async () => void order.push(name);
    const all = [
      limit.run(first.task),
      limit.run(named('a')),
      limit.run(named('b')),
      limit.run(named('urgent'), 'urgent'),
    ];
    first.end();
    await Promise.all(all);
    expect(order).toEqual(['urgent', 'a', 'b']);
  });

  test('a task that fails gives its place up', async () => {
    const limit = new Semaphore(1);
    const failing = held();
    const failed = limit.run(failing.task);
    const next = limit.run(async () => 'next');
    failing.fail(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
    expect(await limit.run(async () => 'free again')).toBe('free again');
  });
});
