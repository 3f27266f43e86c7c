import type { HttpClient } from '../../http/client.ts';
import { describeChanges } from '../../processes/drift.ts';
import { type Ensure, type Ensured, ensure } from '../../processes/ensure.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { describeOthers, otherWorkersOf } from '../../processes/left-over.ts';
import { lint } from '../../processes/lint.ts';
import { raceDelays } from '../../processes/race-delays.ts';
import { describe, type ProcessSpec, processesOfNew } from '../../processes/spec.ts';
import type { Step } from '../../runner/step.ts';
import { cloud } from '../shared/cloud-service.ts';
import { type Connection, readConnection, withClient } from '../shared/connection.ts';
import { type Change, type GoingLive, makeLive, readGoingLive } from '../shared/make-live.ts';
import { readProcesses, readSpec } from '../shared/process-inputs.ts';
import {
  findTarget,
  openStore,
  readTarget,
  type Target,
  type TargetInputs,
  whereOf,
} from '../shared/target-inputs.ts';
import { outputsOf } from './outputs.ts';
import { reportEnsured, sentenceFor } from './report.ts';

interface EnsureInputs {
  readonly connection: Connection;
  readonly target: TargetInputs;
  readonly wanted: Ensure;
  readonly goingLive: GoingLive;
}

/** Makes one background process exist on a Laravel Cloud instance, in the declared state. */
export async function runEnsure(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const { connection, wanted } = inputs;
    const looks = wanted.processId === undefined && wanted.ifExists !== 'create';
    const target = await findTarget(step, client, connection, inputs.target, looks);
    step.doing(`making sure that the ${describe(wanted.spec)} is as declared`);
    const { ensured, instance } = await ensureProcess(step, client, inputs, target);
    const found: Target = { ...target, instance: target.instance ?? instance };
    warnOf(step, wanted.spec, ensured, found);
    step.output(outputsOf(inputs.wanted.spec, ensured, found));
    step.summarize(reportEnsured(inputs.wanted, ensured, found, inputs.goingLive.redeploy));
    await makeLive(
      { ...inputs, step, client, onLive: step.output },
      changeOf(inputs.wanted.spec, ensured, found),
    );
  });
}

function readInputs(step: Step): EnsureInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const processId = inputs.id('process-id', 'process-');
  const pinned = inputs.text('process-id') !== undefined;
  const target = readTarget(step, { pinned });
  const spec = readSpec(inputs, { pinned, processes: readProcesses(inputs) });
  const ifExists = inputs.choice('if-exists', ['update', 'reuse', 'create', 'fail'], 'update');
  if (processId !== undefined && (ifExists === 'create' || ifExists === 'fail')) {
    inputs.problem(
      'if-exists',
      `cannot be ${ifExists} together with process-id, which names a process that exists`,
    );
  }
  const read = {
    connection,
    target,
    wanted: { spec, ifExists, processId, dryRun: inputs.flag('dry-run', false) },
    goingLive: readGoingLive(inputs),
  };
  inputs.done();
  return read;
}

async function ensureProcess(
  step: Step,
  client: HttpClient,
  { connection, wanted }: EnsureInputs,
  target: Target,
) {
  const store = openStore(step, client, connection, target);
  const ensured = await ensure(wanted, {
    store,
    delays: raceDelays(step.clock, step.random, step.cancelled),
    did: (line) => step.did('process', line),
    log: (line) => step.log.info(line),
  });
  step.log.info(sentenceFor(wanted.spec, ensured));
  noticeOthers(step, wanted.spec, ensured, store.latest);
  if (ensured.others.length > 0) {
    const ids = ensured.others.map(({ id }) => id).join(', ');
    step.log.warning(
      `Other runs have made the same process and left it: ${ids}. Delete what is not wanted, else the next run cannot tell them apart.`,
    );
  }
  if (Object.keys(ensured.ignored).length > 0) {
    step.log.warning(
      `${ensured.process?.id} is not as declared (${describeChanges(ensured.ignored)}), and if-exists: ${wanted.ifExists} leaves it so.`,
    );
  }
  return { ensured, instance: store.instance };
}

/** What else serves these queues may be what a changed queue list has left behind. */
function noticeOthers(
  step: Step,
  spec: ProcessSpec,
  { process, others }: Ensured,
  listed: readonly ExistingProcess[],
): void {
  const own = [...(process === undefined ? [] : [process]), ...others];
  const told = describeOthers(otherWorkersOf(spec, own, listed));
  if (told !== undefined) step.log.notice(`${told}. If a changed queue list has left it behind, delete it.`);
}

/** Warns of what is likely to go wrong with what is declared. */
function warnOf(step: Step, spec: ProcessSpec, { process }: Ensured, { instance }: Target): void {
  const processes = process?.processes ?? spec.processes ?? processesOfNew;
  for (const line of lint(spec, { processes, maxReplicas: instance?.maxReplicas })) step.log.warning(line);
}

function changeOf(spec: ProcessSpec, { outcome, process }: Ensured, target: Target): Change {
  const planned = outcome === 'would-create' || outcome === 'would-update';
  return {
    kind: planned ? 'planned' : outcome === 'unchanged' ? 'unchanged' : 'changed',
    done: `The ${describe(spec)} was ${outcome}`,
    where: whereOf(target, process),
  };
}
