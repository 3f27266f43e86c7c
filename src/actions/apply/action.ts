import { cloudPace } from '../../cloud/pace.ts';
import { CloudProcessStore } from '../../cloud/process-store.ts';
import type { HttpClient } from '../../http/client.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { cloudMaker } from '../../processes/maker.ts';
import { converge } from '../../processes/plan/converge.ts';
import { progressTeller, timeWithOthers } from '../../processes/plan/pace.ts';
import { changesIn, countsOf } from '../../processes/plan/plan.ts';
import {
  convergeFailure,
  describeDone,
  doneCounts,
  type OperationResult,
} from '../../processes/plan/result.ts';
import { countsText, plannedRows } from '../../processes/plan/text.ts';
import { raceDelays } from '../../processes/race-delays.ts';
import { cloudRules } from '../../processes/rules.ts';
import type { ProcessSpec } from '../../processes/spec.ts';
import { type Html, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { next } from '../../runner/summary.ts';
import { maxConcurrency, withClient, workDeadline } from '../shared/connection.ts';
import { refuseDrift } from '../shared/drift-gate.ts';
import { type Change, makeLive } from '../shared/make-live.ts';
import { doneOutputs, type Particulars, plannedOutputs } from '../shared/plan-outputs.ts';
import { PlanReport } from '../shared/plan-report.ts';
import { describeProgress } from '../shared/progress.ts';
import { replicasText } from '../shared/replicas.ts';
import { type ApplyInputs, readApplyInputs } from './inputs.ts';
import { describeTime } from './pace.ts';
import { type ReadPlan, readAndPlan } from './read-and-plan.ts';

type Done = Pick<Change, 'kind' | 'done'>;

/** Makes an environment of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'each replica runs this many processes',
    where: inputs.environment,
    key: keyOf(step, inputs),
  });
  step.inputs.done();
  await withClient(step, inputs.connection, async (client) => {
    const readPlan = await readAndPlan(step, client, inputs);
    const { environment, instances, plan } = readPlan;
    report.found(environment.name, ({ id }) => {
      const instance = instances.find((one) => one.id === id);
      return instance && replicasText(instance);
    });
    const counts = countsOf(plan.operations);
    report.log({ rows: plannedRows(plan.operations), counts });
    const time = describeTime(changesIn(counts));
    if (time !== undefined) step.log.info(time);
    step.output({ 'environment-id': environment.id, 'deployment-id': '', verified: '' });
    const done = inputs.dryRun
      ? tellPlan(step, report, readPlan)
      : await carryOut(step, client, inputs, report, readPlan);
    const where = { environmentId: environment.id };
    await makeLive({ ...inputs, step, client, onLive: step.output }, { ...done, where });
    if (done.kind === 'changed' && inputs.goingLive.redeploy)
      report.next(html`<p>✅ Live: the deployment has succeeded.</p>`);
    if (inputs.dryRun) refuseDrift(inputs, countsOf(plan.operations));
  });
}

const particularsOf: Particulars<ProcessSpec, ExistingProcess> = (operation) => ({
  instance: operation.place.name,
  instance_id: operation.place.id,
  type: 'spec' in operation ? operation.spec.type : operation.process.type,
});

/** One comment for each environment, however the workflow's runs name their manifests. */
function keyOf(step: Step, { application, environment }: ApplyInputs): readonly string[] | undefined {
  if (environment === '') return undefined;
  return [application ?? step.workflow.repository ?? '', environment];
}

function tellPlan(step: Step, report: PlanReport, { plan }: ReadPlan): Done {
  const warn = (line: string) => step.log.warning(line);
  step.output(plannedOutputs(plan.operations, { particularsOf, warn }));
  const counts = countsOf(plan.operations);
  const time = describeTime(changesIn(counts));
  const next = time === undefined ? html`` : html`<p>${time}</p>`;
  report.show({ kind: 'planned', rows: plannedRows(plan.operations), counts, next });
  return { kind: 'planned', done: '' };
}

async function carryOut(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  report: PlanReport,
  { instances, plan, states }: ReadPlan,
): Promise<Done> {
  step.doing(`applying ${inputs.file}`);
  const writes = changesIn(countsOf(plan.operations));
  const patient = client.within(workDeadline(step, inputs.connection, timeWithOthers(writes, cloudPace)));
  const results = await converge(plan.operations, states, {
    rules: cloudRules,
    makerAt: ({ place, listing }, limit) =>
      cloudMaker(listing, {
        ...step,
        store: new CloudProcessStore(
          patient,
          place.id,
          { instance: instances.find(({ id }) => id === place.id) },
          manifestField,
        ),
        delays: raceDelays(step.clock, step.random, step.cancelled),
        limit,
      }),
    cancelled: step.cancelled,
    concurrency: maxConcurrency,
    onChange: progressTeller(writes, cloudPace, step.clock, (progress) =>
      step.log.info(describeProgress(progress)),
    ),
    log: (line) => step.log.info(line),
  });
  step.output(doneOutputs(results, { particularsOf, warn: (line) => step.log.warning(line) }));
  step.log.info(describeDone(results));
  warnOfOthers(step, results);
  const counts = doneCounts(results);
  report.show({ kind: 'done', rows: results, counts, next: nextStep(results, inputs) });
  const failure = convergeFailure(`Applying ${inputs.file}`, results, whenLive);
  if (failure !== undefined) throw failure;
  if (changesIn(counts) === 0) return { kind: 'unchanged', done: '' };
  const done = countsText(counts, 'done');
  step.did('processes', done);
  return { kind: 'changed', done: `The processes are as declared (${done})` };
}

const whenLive = 'It takes effect with the environment’s next deploy';

function warnOfOthers(step: Step, results: readonly OperationResult[]): void {
  const ids = results.flatMap(({ others }) => others.map(({ id }) => id));
  if (ids.length === 0) return;
  step.log.warning(
    `Other runs have made the same processes and left them: ${ids.join(', ')}. Delete what is not wanted, else the next run cannot tell them apart.`,
  );
}

function nextStep(results: readonly OperationResult[], { goingLive }: ApplyInputs): Html {
  if (results.some(({ status }) => status !== 'done')) {
    return next(
      html`run the job again. What is done stays, and takes effect with the environment’s next deploy.`,
    );
  }
  if (changesIn(doneCounts(results)) === 0 || goingLive.redeploy) return html``;
  return next(
    html`deploy the environment, since the changes take effect with its next deploy. With <code>redeploy: true</code> this step does it.`,
  );
}

/** A field of a request is called in the manifest as it is in the request. */
function manifestField(field: string): string {
  return field;
}
