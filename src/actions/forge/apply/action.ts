import { forgeMaker } from '../../../forge/maker.ts';
import { forgePace } from '../../../forge/pace.ts';
import type { PlacedProcess } from '../../../forge/process.ts';
import { forgeRules } from '../../../forge/rules.ts';
import type { ForgeSpec } from '../../../forge/spec.ts';
import type { HttpClient } from '../../../http/client.ts';
import { converge } from '../../../processes/plan/converge.ts';
import { progressTeller } from '../../../processes/plan/pace.ts';
import { changesIn, countsOf } from '../../../processes/plan/plan.ts';
import {
  convergeFailure,
  describeDone,
  doneCounts,
  type OperationResult,
} from '../../../processes/plan/result.ts';
import { plannedRows } from '../../../processes/plan/text.ts';
import { html } from '../../../runner/html.ts';
import type { Step } from '../../../runner/step.ts';
import { next } from '../../../runner/summary.ts';
import { maxConcurrency, raceLimit, withClient, workDeadline } from '../../shared/connection.ts';
import { refuseDrift } from '../../shared/drift-gate.ts';
import { doneOutputs, type Particulars, plannedOutputs } from '../../shared/plan-outputs.ts';
import { PlanReport } from '../../shared/plan-report.ts';
import { describeProgress } from '../../shared/progress.ts';
import { removalLimit } from '../shared/removal-limit.ts';
import { type ForgeApplyInputs, readForgeApplyInputs } from './inputs.ts';
import { type ReadPlan, readAndPlan, storeOf } from './read-and-plan.ts';
import { untilUp } from './until-up.ts';

type ForgeResult = OperationResult<ForgeSpec, PlacedProcess>;

/** Makes Forge servers run what a manifest declares. */
export async function runForgeApply(step: Step): Promise<void> {
  const inputs = readForgeApplyInputs(step);
  const { organization, file } = inputs;
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Forge',
    explain: '',
    where: organization,
    key: organization === '' ? undefined : ['forge', organization, file],
  });
  step.inputs.done();
  await withClient(step, inputs.connection, async (client) => {
    const readPlan = await readAndPlan(step, client, inputs);
    const { operations } = readPlan.plan;
    const counts = countsOf(operations);
    report.log({ rows: plannedRows(operations), counts });
    if (!inputs.dryRun) return await carryOut(step, client, inputs, report, readPlan);
    step.output(plannedOutputs(operations, { particularsOf, warn: (line) => step.log.warning(line) }));
    report.show({ kind: 'planned', rows: plannedRows(operations), counts, next: html`` });
    refuseDrift(inputs, counts);
  });
}

const particularsOf: Particulars<ForgeSpec, PlacedProcess> = ({ place }) => ({
  server: place.name,
  server_id: place.id,
});

async function carryOut(
  step: Step,
  client: HttpClient,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  { plan, states }: ReadPlan,
): Promise<void> {
  const { connection, file } = inputs;
  step.doing(`applying ${file}`);
  const writes = changesIn(countsOf(plan.operations));
  const patient = client.within(
    workDeadline(step, connection, raceLimit + removalLimit + msPerWrite * writes),
  );
  const results = await converge(plan.operations, states, {
    rules: forgeRules,
    makerAt: ({ place, listing }, limit) =>
      forgeMaker(listing, {
        ...step,
        store: storeOf(patient, inputs.organization, place),
        removalLimit,
        limit,
      }),
    cancelled: step.cancelled,
    concurrency: maxConcurrency,
    onChange: progressTeller(writes, forgePace, step.clock, (progress) =>
      step.log.info(describeProgress(progress)),
    ),
    warn: (line) => step.log.warning(line),
    log: (line) => step.log.info(line),
  });
  tellDone(step, report, results);
  const failure = convergeFailure(`Applying ${file}`, results, '');
  if (failure !== undefined) throw failure;
  if (changesIn(doneCounts(results)) > 0) step.did('processes', describeDone(results));
  await waitForNew(step, client, inputs, report, results);
}

/** At 60 requests a minute, a replacement with what it takes to see the old one go. */
const msPerWrite = 8_000;

function tellDone(step: Step, report: PlanReport, results: readonly ForgeResult[]): void {
  step.output(doneOutputs(results, { particularsOf, warn: (line) => step.log.warning(line) }));
  step.log.info(describeDone(results));
  const isDone = results.every(({ status }) => status === 'done');
  const nextStep = isDone ? html`` : next(html`run the job again. What is done stays as it is.`);
  report.show({ kind: 'done', rows: results, counts: doneCounts(results), next: nextStep });
}

/** Waits until what was created or replaced is up, if that was asked for. */
async function waitForNew(
  step: Step,
  client: HttpClient,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  results: readonly ForgeResult[],
): Promise<void> {
  const fresh = results.filter(({ outcome }) => outcome === 'created' || outcome === 'replaced');
  if (fresh.length === 0) return;
  if (inputs.wait > 0) await untilUp(step, client, inputs, fresh);
  const text =
    inputs.wait > 0
      ? html`<p>✅ Up: what is new runs.</p>`
      : html`<p>Forge is starting what is new; that was not waited for.</p>`;
  step.summarize(text);
  report.next(text);
}
