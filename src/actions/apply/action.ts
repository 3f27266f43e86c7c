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
import { cloudRules } from '../../processes/rules.ts';
import type { Step } from '../../runner/step.ts';
import { maxConcurrency, raceLimit, withClient, workDeadline } from '../shared/connection.ts';
import { type Change, makeLive } from '../shared/make-live.ts';
import { postComment } from './comment.ts';
import { type ApplyInputs, readApplyInputs } from './inputs.ts';
import { doneOperation, doneOutputs, plannedOperation, plannedOutputs } from './outputs.ts';
import { type ReadPlan, readAndPlan } from './read-and-plan.ts';
import { logPlan, type Report, reportApplied } from './report.ts';

type Done = Pick<Change, 'kind' | 'done'>;

/** Makes an environment of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const readPlan = await readAndPlan(step, client, inputs);
    logPlan(step.log, readPlan.plan.operations);
    step.output({ 'environment-id': readPlan.environment.id, 'deployment-id': '', verified: '' });
    const carry = inputs.dryRun ? tellPlan(step, inputs, readPlan) : carryOut(step, client, inputs, readPlan);
    await makeLive(
      { ...inputs, step, client, onLive: step.output },
      { ...(await carry), where: { environmentId: readPlan.environment.id } },
    );
  });
}

async function tellPlan(step: Step, inputs: ApplyInputs, { environment, plan }: ReadPlan): Promise<Done> {
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
  return { kind: 'planned', done: '' };
}

async function carryOut(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  { environment, instances, plan, states }: ReadPlan,
): Promise<Done> {
  step.doing(`applying ${inputs.file}`);
  const writes = changesIn(countsOf(plan.operations));
  const patient = client.within(workDeadline(step, inputs.connection, raceLimit + msPerWrite * writes));
  const results = await converge(plan.operations, states, {
    rules: cloudRules,
    makerAt: ({ place, listing }, limit) =>
      cloudMaker(listing, {
        ...step,
        store: new CloudProcessStore(patient, place.id, {
          instance: instances.find(({ id }) => id === place.id),
        }),
        limit,
      }),
    cancelled: step.cancelled,
    concurrency: maxConcurrency,
    warn: (line) => step.log.warning(line),
    log: (line) => step.log.info(line),
  });
  step.output(doneOutputs(results));
  await publish(step, inputs, {
    environment: environment.name,
    file: inputs.file,
    operations: results.map(doneOperation),
    sum: describeDone(results),
    next: nextStep(results, inputs),
  });
  const failure = convergeFailure(`Applying ${inputs.file}`, results, whenLive);
  if (failure !== undefined) throw failure;
  if (!hasChanged(results)) return { kind: 'unchanged', done: '' };
  step.did('processes', describeDone(results));
  return { kind: 'changed', done: `The processes are as declared (${describeDone(results)})` };
}

const whenLive = 'It takes effect with the environment’s next deploy';

/** At 120 requests a minute, a create with its share of listings, or an update that is read back. */
const msPerWrite = 2_000;

async function publish(step: Step, inputs: ApplyInputs, report: Report): Promise<void> {
  step.log.info(report.sum);
  step.summarize(reportApplied(report));
  await postComment(step, inputs, report);
}

function hasChanged(results: readonly OperationResult[]): boolean {
  return changesIn(doneCounts(results)) > 0;
}

function nextStep(results: readonly OperationResult[], { goingLive }: ApplyInputs): string {
  if (results.some(({ status }) => status !== 'done')) {
    return 'Not everything was done; run the job again. What is done takes effect with the environment’s next deploy.';
  }
  if (!hasChanged(results)) return 'Nothing to do.';
  return goingLive.redeploy
    ? 'A deployment of the environment makes the changes live.'
    : 'The changes take effect with the environment’s next deploy.';
}
