import { Cancelled, Failure } from '../failure.ts';
import { createForge, type ForgeWorld, listAlike, untilGone } from './create.ts';
import { candidates, otherName } from './identity.ts';
import { type ForgeProcess, label } from './process.ts';
import { describe, type ForgeSpec } from './spec.ts';

export interface Replaced {
  readonly process: ForgeProcess;
  /** The name it got instead of the declared one, which a process of somebody else's has. */
  readonly otherName?: string;
}

/**
 * Replaces a process by the declared one. The new one comes first where the server takes it. Where the name is in use,
 * most likely by the old one itself, that has to go before.
 */
export async function replace(spec: ForgeSpec, old: ForgeProcess, world: ForgeWorld): Promise<Replaced> {
  world.log(`Replacing ${label(old)}: processes ${old.processes} → ${spec.processes}`);
  const successor = await createSuccessor(spec, old, world);
  if (successor !== undefined) {
    world.did(`${successor.id} exists in the place of ${old.id}, which is still there`);
    await removeOld(old, successor, world);
    return { process: successor };
  }
  world.log(`The name is in use, as it would be by ${old.id} itself: deleting that first`);
  await world.store.remove(old.id);
  world.did(`deleted ${asItWas(old)}; what replaces it does not exist yet`);
  try {
    return await createAfter(spec, old, world);
  } catch (error) {
    throw error instanceof Failure && !(error instanceof Cancelled) ? notReplaced(spec, old, error) : error;
  }
}

async function createAfter(spec: ForgeSpec, old: ForgeProcess, world: ForgeWorld): Promise<Replaced> {
  await untilGone(old.id, world);
  const wanted = await createSuccessor(spec, old, world);
  if (wanted !== undefined) {
    world.did(`replaced ${old.id} by ${wanted.id}`);
    return { process: wanted };
  }
  // It was somebody else's name after all. The old one is gone: what matters now is that something runs again.
  const name = otherName(spec.name, old.id);
  world.log(`Another process has the name ${spec.name}; taking ${name} instead`);
  const renamed = { ...spec, name };
  const process = await createSuccessor(renamed, old, world);
  if (process === undefined) {
    throw new Failure({
      what: `Creating the ${describe(spec)}`,
      why: `the names ${spec.name} and ${name} are both in use`,
      fix: 'Give another name',
    });
  }
  world.did(`replaced ${old.id} by ${process.id}, under the name ${name}`);
  return { process, otherName: name };
}

/** The process that takes the old one's place; undefined when another process, which is no successor, has its name. */
async function createSuccessor(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ForgeWorld,
): Promise<ForgeProcess | undefined> {
  const creating = await createForge(spec, world, old);
  if (creating.kind === 'made') return creating.process;
  // Another run may be replacing the same process, and its successor has the name.
  const { processes } = await listAlike(spec, world.store);
  return candidates(
    spec,
    processes.filter(({ id }) => id !== old.id),
  )[0];
}

async function removeOld(old: ForgeProcess, successor: ForgeProcess, world: ForgeWorld): Promise<void> {
  try {
    await world.store.remove(old.id);
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof Cancelled) throw error;
    throw new Failure({
      what: `Replacing background process ${old.id}`,
      why: `${successor.id} exists in its place, but ${old.id} could not be deleted: ${error.why}`,
      fix: `${error.fix ?? 'Run the job again'}. Until ${old.id} is deleted, both are there`,
    });
  }
  world.did(`replaced ${old.id} by ${successor.id}`);
}

function notReplaced(spec: ForgeSpec, old: ForgeProcess, error: Failure): Failure {
  return new Failure({
    what: `Replacing background process ${old.id}`,
    why: `it is deleted, and nothing has taken its place: ${error.what}: ${error.why}`,
    fix: `${error.fix ?? 'Find out why'}. Then run the job again, which creates the ${describe(spec)} anew; what is gone is ${asItWas(old)}`,
  });
}

/** Everything that can be known of a process, so that it can be made again. */
function asItWas({ id, command, user, directory, processes }: ForgeProcess): string {
  return `${id}: ${processes} × "${command}" of ${user} in ${directory ?? 'no directory'}`;
}
