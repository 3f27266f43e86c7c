import { expect, test } from 'vitest';
import { LogTurns } from '../../src/cloud/log-turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('thirty reads of logs begin at once, and the others as the limit of a minute allows', async () => {
  const clock = new VirtualClock();
  const turns = new LogTurns(clock);
  const began: number[] = [];
  const read = async () => {
    await turns.next(new AbortController().signal);
    began.push(clock.now());
  };
  await clock.run(Promise.all(Array.from({ length: 70 }, read)));
  const times = [0, 61_000, 122_000];
  expect(times.map((time) => began.filter((at) => at === time).length)).toEqual([30, 30, 10]);
});

test('a read does not wait for its turn once the step is cancelled', async () => {
  const clock = new VirtualClock();
  const turns = new LogTurns(clock);
  const stop = new AbortController();
  for (let read = 0; read < 30; read++) await turns.next(stop.signal);
  const waiting = turns.next(stop.signal);
  stop.abort(new Error('cancelled'));
  await expect(clock.run(waiting)).rejects.toThrow('cancelled');
  expect(clock.now()).toBe(0);
});
