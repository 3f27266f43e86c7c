import type { SeenDeployments } from '../cloud/deployments.ts';
import type { Instance } from '../cloud/instances.ts';
import { shareInstance } from '../cloud/open.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloudPace, cloudService } from '../cloud/service.ts';
import { rowName } from '../cloud/short-name.ts';
import type { ProcessSpec } from '../cloud/spec.ts';
import { CloudStore } from '../cloud/store.ts';
import { type Counts, changesIn, countsOf, countsText } from '../converge/counts.ts';
import { timeWithOthers } from '../converge/pace.ts';
import type { PlanRow } from '../converge/text.ts';
import type { HttpClient } from '../http/client.ts';
import { type Html, html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { type AppliedService, carryOut, logPlan, refuseDrift, showPlan } from './carry-out.ts';
import { type ApplyInputs, readApplyInputs } from './inputs/apply.ts';
import { raceLimit, runtimeOf, withClient, workDeadline } from './inputs/connection.ts';
import { guardDeletes } from './max-deletes.ts';
import { type CloudPlan, readAndPlan } from './read-and-plan.ts';
import { PlanReport } from './report/plan.ts';
import { deployNext, replicasText } from './report/process.ts';
import { saySleep } from './report/sleep.ts';
import { awaitCommit, type Change, type PlacedProcess, readAhead, rollOut } from './rollout.ts';

const applied: AppliedService<ProcessSpec, ExistingProcess> = {
  service: cloudService,
  naming: {
    nameOf: rowName,
    particularsOf: (operation) => ({
      instance: operation.place.name,
      instance_id: operation.place.id,
      type: 'spec' in operation ? operation.spec.type : operation.process.type,
    }),
  },
  pace: cloudPace,
  limit: `Laravel Cloud lets an organization make ${cloudPace.changes} a minute`,
};

/** Makes an environment of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'Numbers are per replica.',
    where: inputs.environment,
    input: inputs.environment === '' ? undefined : [inputs.application ?? '', inputs.environment],
  });
  step.inputs.done();
  await withClient(step, inputs.connection, async (client) => {
    const onDeployed = () => report.inEffect(html`<p>Deployed: the changes are live.</p>`);
    const rolling = { ...inputs, step, client, onLive: step.output, onDeployed };
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
    const { environment, instances } = read;
    report.found(environment.name, ({ id }) => {
      const instance = instances.find((one) => one.id === id);
      return instance && replicasText(instance);
    });
    const rows = logPlan(step, report, read, applied);
    guardDeletes(step, report, inputs, rows, applied);
    step.output({ 'environment-id': environment.id, 'deployment-id': '', verified: '', stable: '' });
    saySleep(step, environment);
    const done = await (inputs.dryRun
      ? show(step, report, read, rows)
      : change(step, client, inputs, report, read, rows));
    const made = { ...done, environment, instanceId: undefined };
    await rollOut(rolling, made, seen ?? (await ahead.seen()));
    if (inputs.dryRun) refuseDrift(inputs, report, rows);
  });
}

type Done = Pick<Change, 'kind' | 'done' | 'processes'>;

function show(
  step: Step,
  report: PlanReport,
  { plan, instances }: CloudPlan,
  rows: readonly PlanRow[],
): Done {
  showPlan(step, report, rows, applied);
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
  rows: readonly PlanRow[],
): Promise<Done> {
  const time = timeWithOthers(changesIn(countsOf(rows)), cloudPace);
  const patient = client.within(workDeadline(step, inputs.connection, raceLimit + time));
  const results = await carryOut(read, {
    ...{ step, report, inputs, service: applied },
    runtime: runtimeOf(step, patient, 'processes'),
    openAt: ({ place, listing }, semaphore, runtime) => {
      const instance = read.instances.find(({ id }) => id === place.id);
      return shareInstance(new CloudStore(patient, place.id, { instance }), listing, semaphore, runtime);
    },
    nextStep: (counts) => nextStep(inputs, counts),
    whenLive: 'The changes take effect with the next deployment',
  });
  const counts = countsOf(results);
  const processes = results.flatMap(({ operation, process }) =>
    'spec' in operation && process !== undefined ? [placed(process, read.instances)] : [],
  );
  if (changesIn(counts) === 0) return { kind: 'unchanged', done: 'The processes are as declared', processes };
  return {
    kind: 'changed',
    done: countsText({ ...counts, undeclared: 0 }, 'done'),
    processes,
  };
}

function nextStep({ goingLive }: ApplyInputs, counts: Counts): Html {
  return changesIn(counts) === 0 || goingLive.redeploy ? html`` : deployNext;
}
