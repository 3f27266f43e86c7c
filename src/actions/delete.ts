import { describeExisting } from '../cloud/identity.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import type { Runtime } from '../converge/look.ts';
import { deleteAll, findToDelete, type RemovableStore } from '../converge/remove.ts';
import type { Step } from '../runner/step.ts';
import { deleteFound } from './delete-found.ts';
import { type DeleteInputs, describeDeleteTarget, readDeleteInputs } from './inputs/delete.ts';
import { findCloudTarget, openPinned, openTarget, type Target } from './inputs/target.ts';
import { showDeletion, showGone } from './report/delete.ts';
import { ReadAhead, type StepChange } from './rollout/context.ts';
import { rollOut } from './rollout/rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Deletes a background process of Laravel Cloud, if it exists. */
export async function runDelete(step: Step): Promise<void> {
  const inputs = readDeleteInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const byIdentity = inputs.toDelete.by === 'identity';
    const ahead = new ReadAhead(session, inputs.goals);
    const target = await findCloudTarget(session, inputs.target, byIdentity, ahead);
    const what = describeDeleteTarget(inputs.toDelete);
    step.doing(`deleting the ${what}`);
    const { found, world } = await find(session.within(raceLimit), inputs, target);
    for (const process of found) step.log.info(`${process.id}: ${describeExisting(process)}`);
    if (found.length === 0) step.log.info(`There is no ${what}`);
    await deleteFound(step, inputs, {
      ...{ found, what, names: inputNames(inputs.toDelete) },
      on: target.instance === undefined ? '' : ` on ${target.instance.name}`,
      async remove() {
        const result = await deleteAll(found, world.store, world.runtime);
        if (result.left.length === 0) step.did('processes', doneText(found));
        return result;
      },
      show: (outcome, processes) => showDeletion(step, inputs, target, outcome, processes),
    });
    if (inputs.dryRun && found.length > 0) return;
    const change = deletionOf(target, found, inputs.dryRun);
    const isKnown = change.environment !== undefined || change.instanceId !== undefined;
    const onDeployed = (id: string) => showGone(step, found, target, id);
    const rollout = { session, goals: inputs.goals, ahead, onLive: () => undefined, onDeployed };
    if (isKnown) await rollOut(rollout, change);
  });
}

function deletionOf(
  { environment, instance, instanceId }: Target,
  found: readonly ExistingProcess[],
  dryRun: boolean,
): StepChange {
  return {
    kind: found.length > 0 ? 'changed' : dryRun ? 'would-keep' : 'unchanged',
    done: doneText(found),
    short: found.length === 0 ? 'Nothing to delete' : 'Deleted',
    environment: environment ?? instance?.environment,
    instanceId: found[0]?.instanceId ?? instanceId,
    processes: [],
  };
}

function doneText(deleted: readonly ExistingProcess[]): string {
  if (deleted.length === 0) return 'There was nothing to delete';
  return `Deleted ${deleted.map(({ id }) => id).join(', ')}`;
}

interface DeleteWorld {
  readonly store: RemovableStore;
  readonly runtime: Runtime;
}

async function find(
  session: Session,
  { toDelete, all }: DeleteInputs,
  target: Target,
): Promise<{ readonly found: readonly ExistingProcess[]; readonly world: DeleteWorld }> {
  if (toDelete.by === 'identity') {
    const world = openTarget(session, target, 'processes');
    return { world, found: await findToDelete(toDelete.spec, all, world) };
  }
  const world = openPinned(session, target, 'processes');
  const process = await world.store.find(toDelete.id);
  if (process === undefined) return { world, found: [] };
  world.store.mayWrite();
  return { world, found: [process] };
}

function inputNames(toDelete: DeleteInputs['toDelete']): string {
  if (toDelete.by === 'id') return 'process-id';
  return toDelete.spec.type === 'custom' ? 'command' : 'queue and connection';
}
