import { expect, test } from 'vitest';
import { Semaphore } from '../../src/converge/semaphore.ts';

test('tasks that are too many wait for their turn, urgent ones before the rest', async () => {
  const limit = new Semaphore(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const named = (name: string) => async () => void order.push(name);
  const all = [
    limit.run(() => promise),
    limit.run(named('a')),
    limit.run(named('b')),
    limit.run(named('urgent'), 'urgent'),
  ];
  resolve();
  await Promise.all(all);
  expect(order).toEqual(['urgent', 'a', 'b']);
});
