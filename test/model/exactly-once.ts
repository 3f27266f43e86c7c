import fc from 'fast-check';
import { violations } from './invariants.ts';
import { play } from './play.ts';
import { worlds } from './world.ts';

/** However runs interleave and whatever is lost on the way, every invariant holds. */
export const exactlyOnce = fc.asyncProperty(worlds, async (world) => {
  const wrong = violations(await play(world));
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
});
