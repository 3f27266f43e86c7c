import { lint, memoryWarning, otherWorkers } from '../cloud/lint.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloud } from '../cloud/service.ts';
import { describe, type PinnedSpec, type ProcessSpec, processesOfNew } from '../cloud/spec.ts';
import { type EnsurePinned, ensurePinned } from '../cloud/update.ts';
import { differs, hasChanges } from '../converge/compare.ts';
import { type Ensure, ensure } from '../converge/ensure.ts';
import type { Step } from '../runner/step.ts';
import { capitalized } from '../text.ts';
import { readConnection } from './inputs/connection.ts';
import { readGoals } from './inputs/goals.ts';
import { readPinnedSpec, readSpec } from './inputs/process.ts';
import { findCloudTarget, openPinned, openTarget, readTarget, type Target } from './inputs/target.ts';
import { saySleep } from './report/cloud.ts';
import {
  type EnsuredCloud,
  goneOutputs,
  knownOutputs,
  outputsOf,
  sentenceFor,
  showBehind,
  showEnsured,
  showLive,
} from './report/ensure.ts';
import {
  awaitCommit,
  locate,
  ReadAhead,
  type RolloutContext,
  type StepChange,
  unproved,
} from './rollout/context.ts';
import { rollOut } from './rollout/rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Creates or updates one background process on an instance of Laravel Cloud. */
export async function runEnsure(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const { wanted } = inputs;
    step.output(unproved(inputs.goals));
    const looks = !('id' in wanted) && wanted.ifExists !== 'create';
    const ahead = new ReadAhead(session, inputs.goals);
    const rollout = { session, goals: inputs.goals, ahead, onLive: step.output };
    const named = await findCloudTarget(session, inputs.target, looks, ahead);
    const target = await waitFirst(rollout, named);
    const subject = 'id' in wanted ? `background process ${wanted.id}` : `the ${describe(wanted.spec)}`;
    step.doing(`creating or updating ${subject}`);
    const { ensured, instance, listed } = await ensureProcess(session.within(raceLimit), inputs, target);
    logEnsured(step, wanted, ensured);
    const found: Target = { ...target, instance: target.instance ?? instance };
    warnOf(step, wanted.spec, ensured, found, listed);
    step.output({ ...outputsOf(ensured, found), ...unproved(inputs.goals) });
    showEnsured(step, ensured, found, inputs.goals.redeploy);
    const change = changeOf(wanted, ensured, found);
    const onDeployed = (id: string, asleep?: string) => showLive(step, ensured, found, id, asleep);
    const onBehind = () => showBehind(step, ensured, found, wanted.dryRun);
    saySleep(step, await rollOut({ ...rollout, onDeployed, onBehind }, change));
  });
}

/** Waits for `wait-for-commit`. Drops the list of processes from before the wait. */
async function waitFirst(rollout: RolloutContext, target: Target): Promise<Target> {
  if (rollout.goals.commit === undefined) return target;
  const located = await locate(rollout.session, target);
  const environment = await awaitCommit(rollout, located.environment);
  return { ...target, ...located, environment, listing: undefined };
}

type EnsureInputs = ReturnType<typeof readInputs>;

function readInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const processId = inputs.id('process-id', 'process-');
  const pinned = inputs.text('process-id');
  const target = readTarget(step, { pinned });
  const wanted = pinned === undefined ? readWanted(step) : readPinned(step, processId ?? '');
  const goals = readGoals(inputs);
  if (goals.commit !== undefined && target.environment === undefined && target.instance === undefined)
    inputs.problem('wait-for-commit', 'needs environment, or instance, to say whose deployment it is');
  inputs.done();
  return { connection, target, wanted, goals: wanted.dryRun ? { ...goals, commit: undefined } : goals };
}

function readWanted({ inputs }: Step): Ensure<ProcessSpec> {
  return {
    spec: readSpec(inputs),
    ifExists: inputs.choice('if-exists', ['update', 'reuse', 'create', 'fail'], 'update'),
    dryRun: inputs.flag('dry-run', false),
  };
}

function readPinned({ inputs }: Step, id: string): EnsurePinned {
  const spec = readPinnedSpec(inputs);
  const ifExists = inputs.choice('if-exists', ['update', 'reuse', 'create', 'fail'], 'update');
  const dryRun = inputs.flag('dry-run', false);
  if (ifExists === 'update' || ifExists === 'reuse') return { id, spec, ifExists, dryRun };
  inputs.problem(
    'if-exists',
    `cannot be ${ifExists} together with process-id, which names a process that exists`,
  );
  return { id, spec, ifExists: 'update', dryRun };
}

/** Returns also the instance, and the processes on it as far as they were listed. */
async function ensureProcess(session: Session, { wanted }: EnsureInputs, target: Target) {
  // Set as early as possible, since the step may fail or be killed later.
  const onExists = (process: ExistingProcess | undefined): void =>
    session.step.output(process === undefined ? goneOutputs : knownOutputs(process, target));
  if ('id' in wanted) {
    const world = openPinned(session, target, 'process');
    const ensured = await ensurePinned(wanted, { ...world, onExists });
    return { ensured, instance: world.store.instance, listed: [] };
  }
  const world = openTarget(session, target, 'process');
  const ensured = { ...(await ensure(wanted, { ...world, onExists })), declared: wanted.spec };
  const { instance, latest: listed } = world.store;
  // A changed queue list may have left them behind.
  const told = otherWorkers(wanted.spec, ensured.process, listed);
  if (told !== undefined)
    session.step.warn(`${told}. If it is left over from an earlier queue list, delete it.`);
  return { ensured, instance, listed };
}

function logEnsured({ log, warn }: Step, wanted: EnsureInputs['wanted'], ensured: EnsuredCloud): void {
  for (const field of ensured.process?.odd ?? []) log.debug(`Not understood in the response: ${field}`);
  log.info(sentenceFor(subjectOf(wanted, ensured), ensured));
  if (!hasChanges(ensured.ignored)) return;
  const state = `${ensured.process?.id} ${differs(ensured.ignored)}`;
  if (ensured.outcome === 'unchanged')
    log.warning(`${state}. It was not changed (if-exists: ${wanted.ifExists}).`);
  else warn(`${state}: Laravel Cloud did not accept the declared value.`);
}

function warnOf(
  step: Step,
  spec: PinnedSpec,
  { outcome, process, changes }: EnsuredCloud,
  { instance }: Target,
  listed: readonly ExistingProcess[],
): void {
  const planned = outcome === 'would-update' ? changes['processes']?.to : undefined;
  const processes = Number(planned ?? process?.processes ?? spec.processes ?? processesOfNew);
  const others = listed.filter(({ id }) => id !== process?.id);
  const loads = others.map((one) => ({ processes: one.processes ?? 0, command: one.command }));
  const command = process?.command ?? (spec.type === 'custom' ? spec.command : undefined);
  const tight = instance && memoryWarning(instance, [...loads, { processes, command }]);
  if (tight !== undefined) step.warn(tight);
  for (const line of lint(spec, { processes, maxReplicas: instance?.maxReplicas })) step.warn(line);
}

/** Describes the process; a pinned one as it exists, since its declaration may omit the command. */
function subjectOf(wanted: EnsureInputs['wanted'], { process }: EnsuredCloud): string {
  return describe('id' in wanted && process !== undefined ? process : wanted.spec);
}

function changeOf(wanted: EnsureInputs['wanted'], ensured: EnsuredCloud, target: Target): StepChange {
  const { ifExists, dryRun } = wanted;
  const { outcome, process, madeByOther } = ensured;
  const what = subjectOf(wanted, ensured);
  const unchanged = dryRun ? 'would-keep' : madeByOther ? 'made-by-other' : 'unchanged';
  return {
    kind: outcome === 'unchanged' ? unchanged : dryRun ? 'would-change' : 'changed',
    done:
      outcome === 'unchanged' ? `The ${what} is as declared` : `The ${what} was ${outcome} (${process?.id})`,
    short: capitalized(outcome),
    environment: target.environment ?? target.instance?.environment,
    instanceId: target.instanceId ?? process?.instanceId,
    // With `if-exists: create`, other processes may run the same command, so the number of its copies is unknown.
    processes: (process === undefined ? [] : [process]).map((one) => ({
      process: ifExists === 'create' ? { ...one, processes: undefined } : one,
      instance: target.instance,
    })),
  };
}
