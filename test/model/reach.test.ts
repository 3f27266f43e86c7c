import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { messageOf } from '../../src/failure.ts';
import { worlds } from './exactly-once.ts';
import { type Ending, play } from './play.ts';
import { troubles } from './troubles.ts';

const endings: Ending[] = [];
/** All log lines of all runs in a sample of the schedules. */
let said: readonly string[] = [];

beforeAll(async () => {
  for (const world of fc.sample(worlds.both, { numRuns: 1_500, seed: 3 })) endings.push(await play(world));
  said = endings.flatMap(({ runs }) =>
    runs.flatMap(({ log, ended }) => [...log, ended.kind === 'failed' ? messageOf(ended.error) : '']),
  );
});

test.each([
  ['a younger twin is removed by its run', 'removing this run’s own'],
  ['the oldest waits for others to give way', 'it should give way'],
  ['a list does not show what a run has made', 'The list does not show'],
  ['a lost create is found', ', which has appeared since'],
  ['a lost create is sent again', 'It has not appeared; sending the request again'],
  ['each of two gives way, and they begin anew', 'Parallel runs each removed their own'],
  ['several stay after a race', 'parallel runs have left more than one'],
  ['two that lost their answers cannot tell which is whose', 'does not know which process is its own'],
  ['what was made is gone again', 'was created, and is gone again'],
  ['an update is not applied', 'accepted but not applied'],
  ['the deadline ends a run', 'for this part of the step'],
  ['a run is told to stop', 'was told to stop'],
])('among the schedules there are some in which %s', (_, words) => {
  expect(said.some((line) => line.includes(words))).toBe(true);
});

test.each(Object.entries(troubles))('among the schedules there are some in which %s', (_, hasComeUp) => {
  expect(endings.some(hasComeUp)).toBe(true);
});
