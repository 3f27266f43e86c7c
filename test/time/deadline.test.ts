import { expect, test } from 'vitest';
import { Deadline } from '../../src/time.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('a deadline comes nearer, and stays at nothing once it has passed', async () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock, 100);
  expect(deadline.remaining()).toBe(100);
  await clock.run(clock.sleep(60));
  expect(deadline.remaining()).toBe(40);
  await clock.run(clock.sleep(60));
  expect(deadline.remaining()).toBe(0);
  expect(deadline.span).toBe(100);
});

test('a deadline counts from when it was set', async () => {
  const clock = new VirtualClock();
  await clock.run(clock.sleep(1_000));
  expect(new Deadline(clock, 100).remaining()).toBe(100);
});

test('a wait is allowed only if it leaves time to do something', () => {
  const deadline = new Deadline(new VirtualClock(), 100);
  expect([99, 100, 101].map((ms) => deadline.allows(ms))).toEqual([true, false, false]);
});

test('a deadline that is extended comes later', async () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock, 100);
  await clock.run(clock.sleep(30));
  expect([deadline.remaining(40), deadline.span]).toEqual([110, 100]);
  await clock.run(clock.sleep(90));
  expect(deadline.remaining(40)).toBe(20);
});
