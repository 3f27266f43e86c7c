import { type Creation, createOnce } from '../converge/create-once.ts';
import { lookFor, spans } from '../converge/look.ts';
import { removeForSure, waitUntilGone } from '../converge/remove.ts';
import { candidates, type Reconciled, type World } from '../converge/service.ts';
import { severalMatch } from '../converge/several-match.ts';
import { Cancelled, Failure } from '../failure.ts';
import { otherName } from './identity.ts';
import { type ForgeProcess, label } from './process.ts';
import { forgeService } from './service.ts';
import { describe, type ForgeSpec } from './spec.ts';

type Successor = Pick<Extract<Creation<ForgeProcess>, { kind: 'created' }>, 'process' | 'madeHere'>;

type ReplaceWorld = Pick<World<ForgeSpec, ForgeProcess>, 'store' | 'runtime'>;

/**
 * Replaces a process by the declared one. The new one comes first where the server takes it. Where the name is in use,
 * most likely by the old process itself, that has to go before. Undefined when what took its place, of another run, is
 * gone again or not as declared.
 */
export async function replace(
  declared: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
): Promise<Reconciled<ForgeProcess> | undefined> {
  const { store, runtime } = world;
  // What is not declared stays as it is, as far as Forge tells it.
  const spec = { ...declared, directory: declared.directory ?? old.directory ?? undefined };
  runtime.log(`Replacing ${label(old)}: processes ${old.processes ?? 'unknown'} → ${spec.processes}`);
  const successor = await createSuccessor(spec, old, world);
  if (successor !== undefined) {
    runtime.checkpoint(`${successor.process.id} exists in the place of ${old.id}, which is still there`);
    await removeOld(old, successor.process, world);
    return await confirmed(successor, world);
  }
  runtime.log(`The name is in use, as it would be by ${old.id} itself: deleting that first`);
  await removeForSure(store, old.id);
  runtime.checkpoint(`deleted ${asItWas(old)}; its replacement does not exist yet`);
  try {
    return await createAfter(spec, old, world);
  } catch (error) {
    throw error instanceof Failure && !(error instanceof Cancelled) ? notReplaced(spec, old, error) : error;
  }
}

/** A process of another run may have given way to a third one meanwhile. */
async function confirmed(
  { process, madeHere }: Successor,
  { store }: ReplaceWorld,
): Promise<Reconciled<ForgeProcess> | undefined> {
  const left = madeHere ? process : await store.find(process.id);
  return left && { process: left };
}

async function createAfter(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
): Promise<Reconciled<ForgeProcess> | undefined> {
  await waitUntilGone([old], world);
  // A list that lags shows only later what another run has created.
  const wanted = await createSuccessor(spec, old, world, spans.holderShows);
  if (wanted !== undefined) return isSuccessor(spec, wanted) ? { process: wanted.process } : undefined;
  // The name belongs to another process after all. The old one is gone: what matters now is that something runs again.
  const name = otherName(spec.name, old.id);
  world.runtime.log(`Another process has the name ${spec.name}; taking ${name} instead`);
  const other = await createSuccessor({ ...spec, name }, old, world, spans.holderShows);
  if (other !== undefined)
    return isSuccessor(spec, other) ? { process: other.process, otherName: name } : undefined;
  throw new Failure({
    what: `Creating the ${describe(spec)}`,
    why: `the names ${spec.name} and ${name} are both in use`,
    fix: 'Set another name',
  });
}

/**
 * The process that takes the old one's place; undefined when another process, which is no successor, has its name.
 * `span`: milliseconds for which a successor of another run is looked for.
 */
async function createSuccessor(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
  span = 0,
): Promise<Successor | undefined> {
  const reconcile = () => Promise.resolve(undefined);
  const { runtime } = world;
  const stays = span === 0 ? `; ${old.id}, which it is to replace, is still there` : '';
  const checkpoint: typeof runtime.checkpoint = (line, kind) =>
    runtime.checkpoint(line === undefined ? undefined : line + stays, kind);
  const making = {
    store: world.store,
    runtime: { ...runtime, checkpoint },
    service: forgeService,
    reconcile,
  };
  const creation = await createOnce(spec, making, new Set([old.id]));
  if (creation.kind === 'created') return span === 0 ? asDeclared(spec, old, creation) : creation;
  // Another run may be replacing the same process, and its successor has the name.
  const { store } = world;
  const look = async () => {
    const { processes } = await store.list();
    const others = processes.filter(({ id }) => id !== old.id);
    return candidates(spec, others, forgeService)[0];
  };
  const process = await lookFor(span, look, (seen) => seen !== undefined, runtime, store);
  if (process === undefined) return undefined;
  const successor = { process, madeHere: false };
  return span === 0 ? asDeclared(spec, old, successor) : successor;
}

/** While the old one is still there, two match where the other is no successor. */
function asDeclared(spec: ForgeSpec, old: ForgeProcess, successor: Successor): Successor {
  if (isSuccessor(spec, successor)) return successor;
  const both = [old, successor.process];
  throw severalMatch(describe(spec), both, 'one of them showed only now', forgeService);
}

/** One of another run that is not as declared is no successor: a list of several pages had hidden it. */
function isSuccessor(spec: ForgeSpec, { process, madeHere }: Successor): boolean {
  return madeHere || Object.keys(forgeService.drift(spec, process)).length === 0;
}

async function removeOld(old: ForgeProcess, successor: ForgeProcess, { store }: ReplaceWorld): Promise<void> {
  try {
    await removeForSure(store, old.id);
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof Cancelled) throw error;
    throw new Failure({
      what: `Replacing background process ${old.id}`,
      why: `${successor.id} exists in its place, but ${old.id} could not be deleted: ${error.why}`,
      fix: `${error.fix ?? 'Run the job again'}. Until ${old.id} is deleted, both exist`,
    });
  }
}

function notReplaced(spec: ForgeSpec, old: ForgeProcess, error: Failure): Failure {
  return new Failure({
    what: `Replacing background process ${old.id}`,
    why: `it is deleted, and nothing has taken its place: ${error.what}: ${error.why}`,
    fix: `${error.fix ?? 'Find out why'}. Then run the job again, which creates the ${describe(spec)}; the deleted process was ${asItWas(old)}`,
  });
}

/** Everything that is known of a process, so that it can be created again. */
function asItWas({ id, command, user, directory, processes }: ForgeProcess): string {
  return `${id}: ${processes ?? 'an unknown number of processes'} × "${command}" of user ${user} in ${directory ?? 'no directory'}`;
}
