import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageOf } from '../../src/failure.ts';
import { exactlyOnce } from './exactly-once.ts';
import { play } from './play.ts';
import { worlds } from './world.ts';

const numRuns = Number(process.env['MODEL_SCHEDULES'] ?? 4_000);
const seed = 20_260_404;

test('however runs interleave and whatever is lost on the way, every invariant holds', async () => {
  await fc.assert(exactlyOnce, { numRuns, seed });
});

test.each([
  ['a younger twin is removed by its run', 'removing this run’s own'],
  ['the oldest waits for others to give way', 'it should give way'],
  ['a lost create is found', ', which has appeared since'],
  ['a lost create is sent again', 'Nothing came of it; sending it again'],
  ['each of two gives way, and they begin anew', 'runs that raced each gave way'],
  ['two that both lost their answer are told apart by nobody', 'cannot tell which is its own'],
  ['an update is not applied', 'accepted but not applied'],
  ['the deadline ends a run', 'for this part of the step'],
  ['a run is told to stop', 'it was told to stop'],
])('among the schedules there are some in which %s', async (_, words) => {
  const said = await everythingSaid();
  expect(said.some((line) => line.includes(words))).toBe(true);
});

let all: Promise<string[]> | undefined;

/** All lines of all runs in a sample of the schedules. */
function everythingSaid(): Promise<string[]> {
  all ??= (async () => {
    const lines: string[] = [];
    for (const world of fc.sample(worlds, { numRuns: 1_500, seed })) {
      for (const { log, ended } of (await play(world)).runs) {
        lines.push(...log, ended.ok ? '' : messageOf(ended.error));
      }
    }
    return lines;
  })();
  return all;
}
