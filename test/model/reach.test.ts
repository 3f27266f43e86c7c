import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { messageOf } from '../../src/failure.ts';
import { play } from './play.ts';
import { worlds } from './world.ts';

/** All lines of all runs in a sample of the schedules. */
let said: readonly string[] = [];

beforeAll(async () => {
  const endings = [];
  for (const world of fc.sample(worlds, { numRuns: 1_500, seed: 3 })) endings.push(await play(world));
  said = endings.flatMap(({ runs }) =>
    runs.flatMap(({ log, ended }) => [...log, ended.ok ? '' : messageOf(ended.error)]),
  );
});

test.each([
  ['a younger twin is removed by its run', 'removing this run’s own'],
  ['the oldest waits for others to give way', 'it should give way'],
  ['a lost create is found', ', which has appeared since'],
  ['a lost create is sent again', 'Nothing came of it; sending it again'],
  ['each of two gives way, and they begin anew', 'runs that raced each gave way'],
  ['two that lost their answers cannot tell which is whose', 'cannot tell which is its own'],
  ['an update is not applied', 'accepted but not applied'],
  ['the deadline ends a run', 'for this part of the step'],
  ['a run is told to stop', 'it was told to stop'],
])('among the schedules there are some in which %s', (_, words) => {
  expect(said.some((line) => line.includes(words))).toBe(true);
});
