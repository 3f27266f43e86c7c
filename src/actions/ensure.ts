import { type Ensure, type Ensured, type EnsurePinned, ensure, ensurePinned } from '../cloud/ensure.ts';
import { candidates } from '../cloud/identity.ts';
import { describeOthers, otherWorkersOf } from '../cloud/left-over.ts';
import { lint } from '../cloud/lint.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloud } from '../cloud/service.ts';
import { describe, type PinnedSpec, type ProcessSpec, processesOfNew } from '../cloud/spec.ts';
import { describeChanges } from '../converge/changes.ts';
import type { HttpClient } from '../http/client.ts';
import type { Step } from '../runner/step.ts';
import { type Advice, withAdvice } from './advice.ts';
import { type Connection, readConnection, withClient } from './inputs/connection.ts';
import { readPinnedSpec, readProcesses, readSpec } from './inputs/process.ts';
import {
  findTarget,
  openPinnedStore,
  openStore,
  readTarget,
  type Target,
  type TargetInputs,
  whereOf,
} from './inputs/target.ts';
import { knownOutputs, outputsOf, reportEnsured, sentenceFor } from './report/ensure.ts';
import {
  type Change,
  type GoingLive,
  type LookAhead,
  lookAhead,
  makeLive,
  readGoingLive,
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
    const target = await findTarget(step, client, connection, inputs.target, looks);
    step.doing(`making sure that the ${describe(wanted.spec)} is as declared`);
    const ahead = lookAhead(step, client, inputs.goingLive, target.environment?.id);
    const { ensured, instance } = await ensureProcess(step, client, inputs, target, ahead).finally(
      ahead.seen,
    );
    const found: Target = { ...target, instance: target.instance ?? instance };
    warnOf(step, wanted.spec, ensured, found);
    step.output(outputsOf(ensured, found));
    step.summarize(reportEnsured(ensured, found, inputs.goingLive.redeploy));
    const change = { ...changeOf(inputs.wanted, ensured, found), deployments: ahead.seen() };
    await makeLive({ ...inputs, step, client, onLive: step.output }, change);
  });
}

function readInputs(step: Step): EnsureInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const processId = inputs.id('process-id', 'process-');
  const pinned = inputs.text('process-id') !== undefined;
  const target = readTarget(step, { pinned });
  const wanted = pinned ? readPinned(step, processId ?? '') : readWanted(step);
  const read = { connection, target, wanted, goingLive: readGoingLive(inputs) };
  inputs.done();
  return read;
}

function readWanted({ inputs }: Step): Ensure {
  return {
    spec: readSpec(inputs, { processes: readProcesses(inputs) }),
    ifExists: inputs.choice('if-exists', ['update', 'reuse', 'create', 'fail'], 'update'),
    dryRun: inputs.flag('dry-run', false),
  };
}

function readPinned({ inputs }: Step, id: string): EnsurePinned {
  const spec = readPinnedSpec(inputs, { processes: readProcesses(inputs) });
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
  ahead: LookAhead,
) {
  const world = {
    ...step,
    did: (line: string, process?: ExistingProcess) => {
      step.did('process', line);
      // A step that fails after this, or is killed, has told of it all the same.
      if (process === undefined) return;
      step.output(knownOutputs(process, target));
      ahead.begin();
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
      `${ensured.process?.id} is not as declared (${describeChanges(ensured.ignored)}), and if-exists: ${wanted.ifExists} leaves it so.`,
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
  if (told !== undefined) step.log.notice(`${told}. If a changed queue list has left it behind, delete it.`);
}

/** Warns of what is likely to go wrong with what is declared. */
function warnOf(step: Step, spec: PinnedSpec, { process }: Ensured, { instance }: Target): void {
  const processes = process?.processes ?? spec.processes ?? processesOfNew;
  for (const line of lint(spec, { processes, maxReplicas: instance?.maxReplicas })) step.log.warning(line);
}

function changeOf(
  { spec, dryRun }: Pick<Ensure | EnsurePinned, 'spec' | 'dryRun'>,
  { outcome, process, madeByOther }: Ensured,
  target: Target,
): Change {
  const unchanged = madeByOther ? 'made-by-other' : 'unchanged';
  return {
    kind: dryRun ? 'planned' : outcome === 'unchanged' ? unchanged : 'changed',
    done: `The ${describe(spec)} was ${outcome}`,
    where: whereOf(target, process),
  };
}
