import { type Ensure, type Ensured, type EnsurePinned, ensure, ensurePinned } from '../cloud/ensure.ts';
import { candidates } from '../cloud/identity.ts';
import { readInstance } from '../cloud/instances.ts';
import { describeOthers, otherWorkersOf } from '../cloud/left-over.ts';
import { lint } from '../cloud/lint.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloud } from '../cloud/service.ts';
import { describe, type PinnedSpec, type ProcessSpec, processesOfNew } from '../cloud/spec.ts';
import { differs } from '../converge/changes.ts';
import type { HttpClient } from '../http/client.ts';
import type { Step } from '../runner/step.ts';
import { type Advice, withAdvice } from './advice.ts';
import { type Connection, readConnection, withClient } from './inputs/connection.ts';
import { readPinnedSpec, readSpec } from './inputs/process.ts';
import {
  findTarget,
  openPinnedStore,
  openStore,
  readTarget,
  type Target,
  type TargetInputs,
} from './inputs/target.ts';
import { knownOutputs, outputsOf, sentenceFor, showEnsured, showLive } from './report/ensure.ts';
import { saySleep } from './report/sleep.ts';
import {
  awaitCommit,
  type Change,
  environmentOfInstance,
  type GoingLive,
  type Rolling,
  readAhead,
  readGoingLive,
  rollOut,
} from './rollout.ts';

interface EnsureInputs {
  readonly connection: Connection;
  readonly target: TargetInputs;
  readonly wanted: Ensure | EnsurePinned;
  readonly goingLive: GoingLive;
}

/** Makes one background process exist on a Laravel Cloud instance, in the declared state. */
export async function runEnsure(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const { connection, wanted } = inputs;
    const looks = !('id' in wanted) && wanted.ifExists !== 'create';
    const rolling = { step, client, connection, goingLive: inputs.goingLive, onLive: step.output };
    const ahead = readAhead(rolling);
    const named = await findTarget(step, client, connection, inputs.target, looks, ahead.begin);
    const { target, seen } = wanted.dryRun
      ? { target: named, seen: undefined }
      : await waitFirst(rolling, named);
    step.doing(`making sure that the ${describe(wanted.spec)} is as declared`);
    const { ensured, instance } = await ensureProcess(step, client, inputs, target);
    const found: Target = { ...target, instance: target.instance ?? instance };
    warnOf(step, wanted.spec, ensured, found);
    step.output(outputsOf(ensured, found));
    showEnsured(step, ensured, found, inputs.goingLive.redeploy);
    const change = changeOf(wanted, ensured, found);
    saySleep(step, change.environment);
    const onDeployed = () => showLive(step, ensured, found);
    await rollOut({ ...rolling, onDeployed }, change, seen ?? (await ahead.seen()));
  });
}

/** Waits for a commit's deployment, if one is named. What has been listed before that is listed again. */
async function waitFirst(rolling: Rolling, target: Target) {
  if (rolling.goingLive.commit === undefined) return { target, seen: undefined };
  const { environment, instanceId } = target;
  const instance =
    environment === undefined && instanceId !== undefined
      ? await readInstance(rolling.client, instanceId)
      : target.instance;
  const known = environment ?? environmentOfInstance(instance);
  const seen = known && (await awaitCommit(rolling, known.id));
  return { target: { ...target, instance, listing: undefined }, seen };
}

function readInputs(step: Step): EnsureInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const processId = inputs.id('process-id', 'process-');
  const pinned = inputs.text('process-id') !== undefined;
  const target = readTarget(step, { pinned });
  const wanted = pinned ? readPinned(step, processId ?? '') : readWanted(step);
  const goingLive = readGoingLive(inputs);
  if (goingLive.commit !== undefined && target.environment === undefined && target.instance === undefined)
    inputs.problem('wait-for-commit', 'needs environment, or instance, to say whose deployment it is');
  const read = { connection, target, wanted, goingLive };
  inputs.done();
  return read;
}

function readWanted({ inputs }: Step): Ensure {
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

/** By which input what is wrong can be corrected. */
const advice: Advice = {
  'several-match':
    'Delete those that are not wanted, tell them apart (a worker by queue and connection in config-json, a custom process by its command), or pin one with process-id',
  exists: 'if-exists is fail; use update or reuse if that is fine',
  'not-found': 'Check process-id, or leave it out so that the process is found by what it does',
  'other-type': 'A process cannot change its type; correct type or process-id',
  'may-exist':
    'Look at the instance’s background processes before running this again; with if-exists: update a run finds out by itself',
  contended: 'Let only one run do this at a time, with a concurrency group in the workflow',
};

async function ensureProcess(
  step: Step,
  client: HttpClient,
  { connection, wanted }: EnsureInputs,
  target: Target,
) {
  const world = {
    ...step,
    clock: client.clock,
    did: (line: string, process?: ExistingProcess) => {
      step.did('process', line);
      // A step that fails after this, or is killed, has told of it all the same.
      if (process === undefined) return;
      step.output(knownOutputs(process, target));
    },
    warn: (line: string) => step.log.warning(line),
    log: (line: string) => step.log.info(line),
  };
  const { ensured, instance } = await withAdvice(advice, async () => {
    if ('id' in wanted) {
      const store = openPinnedStore(step, client, connection, target);
      return { ensured: await ensurePinned(wanted, { ...world, store }), instance: store.instance };
    }
    const keepsResource = (process: ExistingProcess) => candidates(wanted.spec, [process]).length > 0;
    const store = openStore(step, client, connection, target, keepsResource);
    const ensured = await ensure(wanted, { ...world, store });
    noticeOthers(step, wanted.spec, ensured, store.latest);
    return { ensured, instance: store.instance };
  });
  step.log.info(sentenceFor(wanted.spec, ensured));
  if (Object.keys(ensured.ignored).length > 0) {
    step.log.warning(
      `${ensured.process?.id} ${differs(ensured.ignored)}. It was not changed (if-exists: ${wanted.ifExists}).`,
    );
  }
  return { ensured, instance };
}

/** What else serves these queues may be what a changed queue list has left behind. */
function noticeOthers(
  step: Step,
  spec: ProcessSpec,
  { process }: Ensured,
  listed: readonly ExistingProcess[],
): void {
  const own = process === undefined ? [] : [process];
  const told = describeOthers(otherWorkersOf(spec, own, listed));
  if (told !== undefined) step.warn(`${told}. If a changed queue list has left it behind, delete it.`);
}

/** Warns of what is likely to go wrong with what is declared. */
function warnOf(step: Step, spec: PinnedSpec, { process }: Ensured, { instance }: Target): void {
  const processes = process?.processes ?? spec.processes ?? processesOfNew;
  for (const line of lint(spec, { processes, maxReplicas: instance?.maxReplicas })) step.warn(line);
}

function changeOf(
  { spec, dryRun }: Pick<Ensure | EnsurePinned, 'spec' | 'dryRun'>,
  { outcome, process, madeByOther }: Ensured,
  target: Target,
): Change {
  const unchanged = madeByOther ? 'made-by-other' : 'unchanged';
  return {
    kind: dryRun ? 'planned' : outcome === 'unchanged' ? unchanged : 'changed',
    done:
      outcome === 'unchanged'
        ? `The ${describe(spec)} is as declared`
        : `The ${describe(spec)} was ${outcome}`,
    environment: target.environment ?? environmentOfInstance(target.instance),
    instanceId: process?.instanceId ?? target.instanceId,
    processes: process === undefined ? [] : [{ process, instance: target.instance }],
  };
}
