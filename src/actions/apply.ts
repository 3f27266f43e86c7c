import type { SeenDeployments } from '../cloud/deployments.ts';
import type { Instance } from '../cloud/instances.ts';
import { cloudMaker } from '../cloud/maker.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloudPace, cloudRules } from '../cloud/service.ts';
import type { ProcessSpec } from '../cloud/spec.ts';
import { CloudProcessStore } from '../cloud/store.ts';
import { timeWithOthers } from '../converge/pace.ts';
import { changesIn, countsOf } from '../converge/plan.ts';
import { doneCounts } from '../converge/result.ts';
import { countsText } from '../converge/text.ts';
import type { HttpClient } from '../http/client.ts';
import { type Html, html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { next } from '../runner/summary.ts';
import { type AppliedService, carryOut, logPlan, refuseDrift, tellPlan } from './carry-out.ts';
import { type ApplyInputs, readApplyInputs } from './inputs/apply.ts';
import { raceLimit, withClient, workDeadline } from './inputs/connection.ts';
import { type CloudPlan, readAndPlan } from './read-and-plan.ts';
import { PlanReport } from './report/plan.ts';
import { replicasText } from './report/process.ts';
import { saySleep } from './report/sleep.ts';
import { awaitCommit, type Change, type PlacedProcess, readAhead, rollOut } from './rollout.ts';

const cloudService: AppliedService<ProcessSpec, ExistingProcess> = {
  rules: cloudRules,
  particularsOf: (operation) => ({
    instance: operation.place.name,
    instance_id: operation.place.id,
    type: 'spec' in operation ? operation.spec.type : operation.process.type,
  }),
  pace: cloudPace,
  limit: `Laravel Cloud lets an organization make ${cloudPace.changes} a minute`,
};

/** Makes an environment of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'each replica runs this many processes',
    where: inputs.environment,
    input: inputs.environment === '' ? undefined : [inputs.application ?? '', inputs.environment],
  });
  step.inputs.done();
  await withClient(step, inputs.connection, async (client) => {
    const rolling = { ...inputs, step, client, onLive: step.output };
    const ahead = readAhead(rolling);
    let seen: SeenDeployments | undefined;
    const read = await readAndPlan(step, client, inputs, {
      onEnvironment: (id) => {
        report.identify([id]);
        ahead.begin(id);
      },
      beforePlan: async ({ id }) => {
        seen = inputs.dryRun ? undefined : await awaitCommit(rolling, id);
        return seen !== undefined;
      },
    });
    const { environment, instances, plan } = read;
    report.found(environment.name, ({ id }) => {
      const instance = instances.find((one) => one.id === id);
      return instance && replicasText(instance);
    });
    logPlan(step, report, read, cloudService);
    step.output({ 'environment-id': environment.id, 'deployment-id': '', verified: '', stable: '' });
    saySleep(step, environment);
    const done = await (inputs.dryRun
      ? tell(step, report, read)
      : change(step, client, inputs, report, read));
    const made = { ...done, environment, instanceId: undefined };
    await rollOut(rolling, made, seen ?? (await ahead.seen()));
    if (done.kind === 'changed' && inputs.goingLive.redeploy)
      report.next(html`<p>✅ Live: the deployment has succeeded.</p>`);
    if (inputs.dryRun) refuseDrift(inputs, plan);
  });
}

type Done = Pick<Change, 'kind' | 'done' | 'processes'>;

function tell(step: Step, report: PlanReport, { plan, instances }: CloudPlan): Done {
  tellPlan(step, report, plan, cloudService);
  const processes = plan.operations.flatMap((operation) =>
    'spec' in operation && 'process' in operation ? [placed(operation.process, instances)] : [],
  );
  return { kind: 'planned', done: '', processes };
}

function placed(process: ExistingProcess, instances: readonly Instance[]): PlacedProcess {
  return { process, instance: instances.find(({ id }) => id === process.instanceId) };
}

async function change(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  report: PlanReport,
  read: CloudPlan,
): Promise<Done> {
  const time = timeWithOthers(changesIn(countsOf(read.plan.operations)), cloudPace);
  const patient = client.within(workDeadline(step, inputs.connection, raceLimit + time));
  const results = await carryOut(read, {
    ...{ step, report, inputs, service: cloudService },
    makerAt: ({ place, listing }, limit) => {
      const instance = read.instances.find(({ id }) => id === place.id);
      return cloudMaker(listing, {
        ...step,
        store: new CloudProcessStore(patient, place.id, { instance }),
        limit,
      });
    },
    nextStep: (isDone, changes) => nextStep(inputs, isDone, changes),
    whenLive: 'It takes effect with the environment’s next deploy',
  });
  const counts = doneCounts(results);
  const processes = results.flatMap(({ operation, process }) =>
    'spec' in operation && process !== undefined ? [placed(process, read.instances)] : [],
  );
  if (changesIn(counts) === 0) return { kind: 'unchanged', done: 'The processes are as declared', processes };
  return {
    kind: 'changed',
    done: `The processes are as declared (${countsText(counts, 'done')})`,
    processes,
  };
}

function nextStep({ goingLive }: ApplyInputs, isDone: boolean, changes: number): Html {
  if (!isDone)
    return next(
      html`run the job again. What is done stays, and takes effect with the environment’s next deploy.`,
    );
  if (changes === 0 || goingLive.redeploy) return html``;
  return next(
    html`deploy the environment, since the changes take effect with its next deploy. With <code>redeploy: true</code> this step does it.`,
  );
}
