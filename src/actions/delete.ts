import type { ExistingProcess } from '../cloud/process.ts';
import { cloud, cloudService } from '../cloud/service.ts';
import { describe, type ProcessSpec } from '../cloud/spec.ts';
import { idsOf } from '../converge/listing.ts';
import { deleteAll, findToDelete } from '../converge/remove.ts';
import { code, type Html, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { deleteFound, namesHtml, readDeletion } from './delete-found.ts';
import { readConnection } from './inputs/connection.ts';
import { readDeployGoals } from './inputs/goals.ts';
import { configInputs, identityOptions, readIdentity } from './inputs/process.ts';
import { findCloudTarget, openPinned, openTarget, readTarget, type Target } from './inputs/target.ts';
import { deployNext, nameHtml, placeOf, processFacts, processRows } from './report/cloud.ts';
import { ReadAhead, type StepChange } from './rollout/context.ts';
import { rollOut } from './rollout/rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Deletes a background process of Laravel Cloud, if it exists. */
export async function runDelete(step: Step): Promise<void> {
  const inputs = readInputs(step);
  const { toDelete, goals } = inputs;
  await withSession(step, inputs.connection, async (session) => {
    const ahead = new ReadAhead(session, goals);
    const target = await findCloudTarget(session, inputs.target, 'spec' in toDelete, ahead);
    const what = 'id' in toDelete ? `background process ${toDelete.id}` : describe(toDelete.spec);
    step.doing(`deleting the ${what}`);
    const { found, world } = await find(session.within(raceLimit), inputs, target);
    for (const process of found) step.log.info(`${process.id}: ${describe(process)}`);
    if (found.length === 0) step.log.info(`There is no ${what}`);
    const onHtml = onPlace(target);
    await deleteFound<ExistingProcess>(step, inputs, {
      ...{ found, what, names: inputNames(toDelete), onHtml, nameOf: nameHtml },
      on: target.instance === undefined ? '' : ` on ${target.instance.name}`,
      whatHtml: 'id' in toDelete ? code(toDelete.id) : nameHtml(toDelete.spec),
      remove: () => deleteAll(found, world),
      deleted: ['waiting', 'Deleted, still running until the next deployment'],
      next: goals.redeploy ? html`` : deployNext,
      show: (processes, next) => show(step, processes, target, next),
    });
    if (inputs.dryRun && found.length > 0) return;
    const change = deletionOf(target, found, inputs.dryRun);
    if (change.environment === undefined && change.instanceId === undefined) {
      if (goals.redeploy)
        step.log.notice(
          'Whether the newest deployment failed is not known: to deploy after an earlier deletion, set environment or instance, too.',
        );
      return;
    }
    const gone =
      found.length === 0
        ? html`Nothing to delete${onHtml}, and deployed`
        : html`Deleted and stopped: ${namesHtml(found, nameHtml)}${onHtml}`;
    const onDeployed = (id: string) => {
      step.identify('deployment', id);
      step.headline('done', gone);
    };
    await rollOut({ session, goals, ahead, onLive: () => undefined, onDeployed }, change);
  });
}

type DeleteInputs = ReturnType<typeof readInputs>;

function readInputs(step: Step) {
  const { inputs } = step;
  const read = {
    connection: readConnection(step, cloud),
    target: readTarget(step, { pinned: inputs.text('process-id') }),
    toDelete: readToDelete(inputs),
    ...readDeletion(inputs),
    goals: readDeployGoals(inputs),
  };
  inputs.done();
  return read;
}

/** Reads the process to delete. Notes a problem if no input names a process. */
function readToDelete(inputs: Inputs): { readonly id: string } | { readonly spec: ProcessSpec } {
  const given = inputs.text('process-id');
  const config = configInputs(inputs, identityOptions);
  const plain = ['type', 'command'].filter((name) => inputs.text(name) !== undefined);
  const identity = [...plain, ...config];
  if (given !== undefined) {
    for (const name of identity)
      inputs.problem(name, 'has no effect together with process-id; set one or the other');
    return { id: inputs.id('process-id', 'process-') ?? given };
  }
  if (identity.length === 0) {
    inputs.problem(
      'process-id',
      'is empty. Say what to delete: process-id, or command, or queue (and connection) of a worker',
    );
  }
  // Without `type`, the other inputs decide.
  const type = plain.includes('command') && config.length === 0 ? 'custom' : 'worker';
  return { spec: readIdentity(inputs, type) };
}

function inputNames(toDelete: DeleteInputs['toDelete']): string {
  if ('id' in toDelete) return 'process-id';
  return toDelete.spec.type === 'custom' ? 'command' : 'queue and connection';
}

async function find(session: Session, { toDelete, all }: DeleteInputs, target: Target) {
  if ('spec' in toDelete) {
    const world = openTarget(session, target, 'processes');
    return { world, found: await findToDelete(toDelete.spec, all, world) };
  }
  const world = openPinned(session, target, 'processes');
  const process = await world.store.find(toDelete.id);
  if (process === undefined) return { world, found: [] };
  world.store.mayWrite();
  return { world, found: [process] };
}

/** Shows the settings of a single process, since the headline names it, or a table of several. */
function show(step: Step, processes: readonly ExistingProcess[], target: Target, next: Html): void {
  const [first, ...others] = processes;
  if (first === undefined || others.length > 0) {
    step.summarize(html`${processRows(processes)}${next}`);
    return;
  }
  const { id, createdAt, instanceId } = first;
  const settings = cloudService.settingsOfExisting(first);
  const table = processFacts({ settings, createdAt, target });
  step.summarize(html`${table}${next}`);
  step.identify('process', id);
  step.identify('instance', target.instanceId ?? instanceId);
}

function onPlace(target: Target): Html {
  const place = placeOf(target);
  return place.markup === '' ? html`` : html` on ${place}`;
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
  const [first, ...others] = deleted;
  return first === undefined || others.length > 0
    ? `Deleted ${idsOf(deleted)}`
    : `The ${describe(first)} was deleted (${first.id})`;
}
