import fc from 'fast-check';
import { cloudWorlds } from './cloud-worlds.ts';
import { forgeWorlds } from './forge-worlds.ts';
import { violations } from './invariants.ts';
import { type Ending, play } from './play.ts';
import type { AnyWorld } from './stage.ts';

/** The worlds of each service, and of both, half and half. */
export const worlds = {
  cloud: cloudWorlds,
  forge: forgeWorlds,
  both: fc.oneof<fc.Arbitrary<AnyWorld>[]>(cloudWorlds, forgeWorlds),
} as const;

export type Services = keyof typeof worlds;

/** However runs interleave and whatever is lost on the way, every invariant holds. `note` is told how each world ended. */
export const exactlyOnce = (services: Services, note: (ending: Ending) => void = () => undefined) =>
  fc.asyncProperty<[AnyWorld]>(worlds[services], async (world) => {
    const ending = await play(world);
    note(ending);
    const wrong = violations(ending);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
