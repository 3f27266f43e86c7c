import { describeExisting } from '../cloud/identity.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import type { Runtime } from '../converge/look.ts';
import { deleteAll, deleteFailure, findToDelete, type Removing } from '../converge/remove.ts';
import { Failure } from '../failure.ts';
import type { Step } from '../runner/step.ts';
import { type DeleteInputs, describeDeleteTarget, readDeleteInputs } from './inputs/delete.ts';
import { findCloudTarget, openPinned, openTarget, type Target } from './inputs/target.ts';
import { showAbsent, showDeleted, showGone, showToDelete } from './report/delete.ts';
import { readAhead } from './rollout/deployments-before.ts';
import type { StepChange } from './rollout/rolling.ts';
import { environmentOfInstance, rollOut } from './rollout/rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Makes a background process of Laravel Cloud not exist. */
export async function runDelete(step: Step): Promise<void> {
  const inputs = readDeleteInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const byIdentity = inputs.toDelete.by === 'identity';
    const rolling = { ...inputs, session, onLive: () => undefined };
    const ahead = readAhead(rolling);
    const target = await findCloudTarget(session, inputs.target, byIdentity, ahead.begin);
    step.doing(`deleting the ${describeDeleteTarget(inputs.toDelete)}`);
    const { found, world } = await find(session.within(raceLimit), inputs, target);
    for (const process of found) step.log.info(`${process.id}: ${describeExisting(process)}`);
    if (found.length === 0) reportAbsent(step, inputs, target);
    else if (inputs.dryRun) reportPlanned(step, found, target);
    else await deleteFound(step, inputs, world, found, target);
    if (inputs.dryRun) return;
    const change = changeOf(target, found);
    const isKnown = change.environment !== undefined || change.instanceId !== undefined;
    const onDeployed = (id: string) => showGone(step, found, target, id);
    if (isKnown) await rollOut({ ...rolling, onDeployed }, change, await ahead.seen());
  });
}

function changeOf(
  { environment, instance, instanceId }: Target,
  found: readonly ExistingProcess[],
): StepChange {
  return {
    kind: found.length > 0 ? 'changed' : 'unchanged',
    done: doneText(found),
    short: found.length === 0 ? 'Nothing to delete' : 'Deleted',
    environment: environment ?? environmentOfInstance(instance),
    instanceId: found[0]?.instanceId ?? instanceId,
    processes: [],
  };
}

function doneText(deleted: readonly ExistingProcess[]): string {
  if (deleted.length === 0) return 'There was nothing to delete';
  return `Deleted ${deleted.map(({ id }) => id).join(', ')}`;
}

interface DeleteWorld {
  readonly store: Removing;
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

function reportAbsent(step: Step, { toDelete, ifMissing }: DeleteInputs, target: Target): void {
  setOutputs(step, 'absent', []);
  const what = describeDeleteTarget(toDelete);
  step.log.info(`There is no ${what}`);
  if (ifMissing === 'ignore') {
    showAbsent(step, toDelete, target);
    return;
  }
  const on = target.instance === undefined ? '' : ` on ${target.instance.name}`;
  throw new Failure({
    what: 'Nothing to delete',
    why: `there is no ${what}${on}`,
    fix: `Check ${namesOf(toDelete)}. To allow that, set if-missing: ignore`,
  });
}

function namesOf(toDelete: DeleteInputs['toDelete']): string {
  if (toDelete.by === 'id') return 'process-id';
  return toDelete.spec.type === 'custom' ? 'command' : 'queue and connection';
}

function reportPlanned(step: Step, found: readonly ExistingProcess[], target: Target): void {
  setOutputs(step, 'would-delete', found);
  showToDelete(step, found, target);
}

async function deleteFound(
  step: Step,
  inputs: DeleteInputs,
  { store, runtime }: DeleteWorld,
  found: readonly ExistingProcess[],
  target: Target,
): Promise<void> {
  const { redeploy } = inputs.goingLive;
  const result = await deleteAll(found, store, runtime);
  const { deleted } = result;
  setOutputs(step, deleted.length > 0 ? 'deleted' : '', deleted);
  const failure = deleteFailure(result);
  if (failure === undefined) step.did('processes', doneText(deleted));
  showDeleted(step, deleted, target, redeploy);
  if (failure !== undefined) throw failure;
}

function setOutputs(
  step: Step,
  outcome: 'deleted' | 'absent' | 'would-delete' | '',
  processes: readonly ExistingProcess[],
): void {
  step.output({
    outcome,
    'ids-json': JSON.stringify(processes.map(({ id }) => id)),
    count: String(processes.length),
  });
}
