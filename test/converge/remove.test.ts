import { expect, test } from 'vitest';
import { removeForSure } from '../../src/converge/remove.ts';
import { Cancelled } from '../../src/failure.ts';

const refused = new Error('refused');
const fails = (error: Error) => () => Promise.reject(error);

test('a removal that is accepted is not looked after', async () => {
  const store = { remove: () => Promise.resolve(), find: fails(new Error('not asked for')) };
  await expect(removeForSure(store, 'p1')).resolves.toBeUndefined();
});

test('one that fails has worked all the same if the process is gone', async () => {
  const store = { remove: fails(refused), find: () => Promise.resolve(undefined) };
  await expect(removeForSure(store, 'p1')).resolves.toBeUndefined();
});

test('one that fails is an error if the process is there, or nobody can tell', async () => {
  const there = { remove: fails(refused), find: () => Promise.resolve({ id: 'p1' }) };
  await expect(removeForSure(there, 'p1')).rejects.toBe(refused);
  const unknown = { remove: fails(refused), find: fails(new Error('no answer')) };
  await expect(removeForSure(unknown, 'p1')).rejects.toBe(refused);
});

test('one that was cancelled stays so, whatever became of the process', async () => {
  const cancelled = new Cancelled({ what: 'The step', why: 'it was stopped' });
  const store = { remove: fails(cancelled), find: () => Promise.resolve(undefined) };
  await expect(removeForSure(store, 'p1')).rejects.toBe(cancelled);
});
