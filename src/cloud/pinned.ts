import { type Aligned, align } from '../converge/ensure.ts';
import type { Runtime } from '../converge/look.ts';
import { Failure } from '../failure.ts';
import { drift } from './drift.ts';
import type { ExistingProcess } from './process.ts';
import { cloudService } from './service.ts';
import { describe, type PinnedSpec } from './spec.ts';
import type { PinnedStore } from './store.ts';
import { update } from './update.ts';

export interface EnsurePinned {
  readonly id: string;
  readonly spec: PinnedSpec;
  readonly ifExists: 'update' | 'reuse';
  readonly dryRun: boolean;
}

interface PinnedWorld {
  readonly store: Pick<PinnedStore, 'find' | 'update' | 'mayWrite'>;
  readonly runtime: Runtime;
  onExists?(process: ExistingProcess): void;
}

/** Updates the process of an id to its declaration. Throws a `Failure` if it does not exist, or has another type. */
export async function ensurePinned(
  wanted: EnsurePinned,
  world: PinnedWorld,
): Promise<Aligned<ExistingProcess>> {
  const { id, spec } = wanted;
  const found = await world.store.find(id);
  if (found === undefined) throw notFound(id);
  if (found.type !== spec.type) {
    const types = `is of type ${found.type || 'unknown'}, and not ${spec.type}`;
    throw new Failure({
      what: `Background process ${id}`,
      headline: `The background process ${types}`,
      details: `It is ${id}`,
      why: `it ${types}`,
      fix: 'A process cannot change its type: correct type or process-id',
    });
  }
  const aligned = await align(wanted, found, {
    ...world,
    service: { drift, describe, onDrift: cloudService.onDrift },
    reconcile: async (declared, existing, changes) => await update(declared, existing, changes, world),
  });
  if (aligned === undefined) throw notFound(id);
  return aligned;
}

function notFound(id: string): Failure {
  return new Failure({
    what: `No background process has the id "${id}"`,
    why: 'it was deleted, or the token cannot see it',
    fix: 'Check process-id, or leave it out so that the step finds it by its command or queues',
  });
}
