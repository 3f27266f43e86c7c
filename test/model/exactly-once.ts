import fc from 'fast-check';
import { cloudWorlds } from './cloud-worlds.ts';
import { forgeWorlds } from './forge-worlds.ts';
import { violations } from './invariants.ts';
import { type Ending, play } from './play.ts';
import type { AnyWorld } from './stage.ts';

/** The worlds of each service, and of both in equal parts. */
export const worlds = {
  cloud: cloudWorlds,
  forge: forgeWorlds,
  both: fc.oneof<fc.Arbitrary<AnyWorld>[]>(cloudWorlds, forgeWorlds),
} as const;

type Services = keyof typeof worlds;

/**
 * The property: every invariant holds, however runs interleave and whatever the network loses. `note`: called with the
 * ending of each world.
 */
export const exactlyOnce = (services: Services, note: (ending: Ending) => void = () => undefined) =>
  fc.asyncProperty<[AnyWorld]>(worlds[services], async (world) => {
    const ending = await play(world);
    note(ending);
    const wrong = violations(ending);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
