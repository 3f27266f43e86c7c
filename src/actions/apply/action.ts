import { CloudProcessStore } from '../../cloud/process-store.ts';
import type { HttpClient } from '../../http/client.ts';
import { cloudMaker } from '../../processes/maker.ts';
import { converge } from '../../processes/plan/converge.ts';
import { changesIn, countsOf, describeCounts } from '../../processes/plan/plan.ts';
import {
  convergeFailure,
  describeDone,
  doneCounts,
  type OperationResult,
} from '../../processes/plan/result.ts';
import { raceDelays } from '../../processes/race-delays.ts';
import { cloudRules } from '../../processes/rules.ts';
import type { Step } from '../../runner/step.ts';
import { maxConcurrency, withClient, workDeadline } from '../shared/connection.ts';
import { deployChange } from '../shared/deploy-change.ts';
import { postComment } from './comment.ts';
import { type ApplyInputs, readApplyInputs } from './inputs.ts';
import { doneOperation, doneOutputs, plannedOperation, plannedOutputs } from './outputs.ts';
import { type ReadPlan, readAndPlan } from './read-and-plan.ts';
import { logPlan, type Report, reportApplied } from './report.ts';

/** Makes an environment of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const readPlan = await readAndPlan(step, client, inputs);
    logPlan(step.log, readPlan.plan.operations);
    await (inputs.dryRun ? tellPlan(step, inputs, readPlan) : carryOut(step, client, inputs, readPlan));
  });
}

async function tellPlan(step: Step, inputs: ApplyInputs, { environment, plan }: ReadPlan): Promise<void> {
  step.output(plannedOutputs(plan.operations));
  const counts = countsOf(plan.operations);
  await publish(step, inputs, {
    environment: environment.name,
    file: inputs.file,
    operations: plan.operations.map(plannedOperation),
    sum: describeCounts(counts),
    next:
      changesIn(counts) === 0
        ? 'Nothing to do.'
        : 'Nothing was written. Run it without dry-run to make it so.',
  });
}

async function carryOut(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  { environment, plan, states }: ReadPlan,
): Promise<void> {
  step.doing(`applying ${inputs.file}`);
  const writes = changesIn(countsOf(plan.operations));
  const patient = client.within(workDeadline(step, inputs.connection, msPerWrite * writes));
  const results = await converge(plan.operations, states, {
    rules: cloudRules,
    makerAt: ({ place, listing }, limit) =>
      cloudMaker(listing, {
        ...step,
        store: new CloudProcessStore(patient, place.id, manifestField),
        delays: raceDelays(step.clock, step.random, step.cancelled),
        limit,
      }),
    cancelled: step.cancelled,
    concurrency: maxConcurrency,
    log: (line) => step.log.info(line),
  });
  step.output(doneOutputs(results));
  warnOfOthers(step, results);
  await publish(step, inputs, {
    environment: environment.name,
    file: inputs.file,
    operations: results.map(doneOperation),
    sum: describeDone(results),
    next: nextStep(results, inputs),
  });
  const failure = convergeFailure(`Applying ${inputs.file}`, results, whenLive);
  if (failure !== undefined) throw failure;
  if (hasChanged(results)) await makeLive(step, client, inputs, environment.id, results);
}

const whenLive = 'It takes effect with the environment’s next deploy';

/** At 120 requests a minute, a create with its share of listings, or an update that is read back. */
const msPerWrite = 2_000;

async function publish(step: Step, inputs: ApplyInputs, report: Report): Promise<void> {
  step.log.info(report.sum);
  step.summarize(reportApplied(report));
  await postComment(step, inputs, report);
}

function warnOfOthers(step: Step, results: readonly OperationResult[]): void {
  const ids = results.flatMap(({ others }) => others.map(({ id }) => id));
  if (ids.length === 0) return;
  step.log.warning(
    `Other runs have made the same processes and left them: ${ids.join(', ')}. Delete what is not wanted, else the next run cannot tell them apart.`,
  );
}

function hasChanged(results: readonly OperationResult[]): boolean {
  return changesIn(doneCounts(results)) > 0;
}

function nextStep(results: readonly OperationResult[], { deploying }: ApplyInputs): string {
  if (results.some(({ status }) => status !== 'done')) {
    return 'Not everything was done; run the job again. What is done takes effect with the environment’s next deploy.';
  }
  if (!hasChanged(results)) return 'Nothing to do.';
  return deploying.redeploy
    ? 'A deployment of the environment makes the changes live.'
    : 'The changes take effect with the environment’s next deploy.';
}

/** One deployment for all changes. */
async function makeLive(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  environmentId: string,
  results: readonly OperationResult[],
): Promise<void> {
  const done = describeDone(results);
  if (!inputs.deploying.redeploy) {
    step.log.notice(
      `${done}; the changes take effect with the environment’s next deploy. With redeploy: true the step starts one.`,
    );
    return;
  }
  step.did('processes', done);
  const instanceId = results[0]?.operation.place.id ?? '';
  // The deployment is told in the log and the summary: its id is no output of this action.
  const quiet = { ...step, output: () => undefined };
  await deployChange(
    quiet,
    client,
    inputs.connection,
    inputs.deploying,
    { environmentId, instanceId },
    'The processes are as declared',
  );
}

/** A field of a request is called in the manifest as it is in the request. */
function manifestField(field: string): string {
  return field;
}
