import fc from 'fast-check';
import { violations } from './invariants.ts';
import { type Ending, play } from './play.ts';
import { worlds } from './world.ts';

/** However runs interleave and whatever is lost on the way, every invariant holds. `note` is told how each world ended. */
export const exactlyOnce = (note: (ending: Ending) => void = () => undefined) =>
  fc.asyncProperty(worlds, async (world) => {
    const ending = await play(world);
    note(ending);
    const wrong = violations(ending);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
