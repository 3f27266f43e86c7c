import type { SeenDeployments } from '../cloud/deployments.ts';
import { shareInstance } from '../cloud/open.ts';
import { cloudPace } from '../cloud/service.ts';
import { CloudStore } from '../cloud/store.ts';
import { type Counts, changesIn, countsOf } from '../converge/counts.ts';
import { timeWithOthers } from '../converge/pace.ts';
import type { PlanRow } from '../converge/text.ts';
import { messageOf } from '../failure.ts';
import { type Html, html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { applied, declaredAfter, declaredIn, madeOf } from './applied-to-cloud.ts';
import { applyFleet } from './apply-fleet.ts';
import { requireApproval } from './approved-plan.ts';
import { carryOut, logPlan, refuseDrift, showPlan } from './carry-out.ts';
import { type ApplyInputs, readApplyInputs } from './inputs/apply.ts';
import { guardDeletes } from './max-deletes.ts';
import { type CloudPlan, readAndPlan } from './read-and-plan.ts';
import { environmentsJson } from './report/environments.ts';
import { PlanReport } from './report/plan.ts';
import { deployedText, deployNext, replicasText } from './report/process.ts';
import { saySleep } from './report/sleep.ts';
import { awaitCommit, type Change, readAhead, rollOut } from './rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Makes environments of Laravel Cloud run what a manifest declares. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  await (inputs.kind === 'many' ? applyFleet(step, inputs) : applyOne(step, inputs));
}

async function applyOne(outer: Step, inputs: ApplyInputs): Promise<void> {
  const known: Record<string, string> = {};
  const step: Step = {
    ...outer,
    output: (outputs) => {
      Object.assign(known, outputs);
      outer.output(outputs);
    },
  };
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'Numbers are per replica.',
    where: inputs.environment,
    input: inputs.environment === '' ? undefined : [inputs.application ?? '', inputs.environment],
  });
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const onDeployed = (id: string) => {
      report.inEffect(html`<p>Deployed: the changes are live.</p>`);
      step.summarize(deployedText(id));
    };
    const onBehind = () => report.isBehind(deployNext);
    const rolling = { ...inputs, session, onLive: step.output, onDeployed, onBehind };
    const ahead = readAhead(rolling);
    let seen: SeenDeployments | undefined;
    const read = await readAndPlan(session, inputs, {
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
    if (inputs.dryRun) report.covers([environment.id], () => environment.id);
    else await requireApproval(step, 'Laravel Cloud', inputs, [{ ...environment, rows }]);
    step.output({ 'environment-id': environment.id, 'deployment-id': '', verified: '', stable: '' });
    saySleep(step, environment);
    const tell = (error?: unknown): void => {
      const told = { environment, outputs: known, error: error === undefined ? undefined : messageOf(error) };
      step.output({ 'environments-json': environmentsJson([told]) });
    };
    try {
      const done = await (inputs.dryRun
        ? show(step, report, read, rows)
        : change(session, inputs, report, read, rows));
      const made = { ...done, environment, instanceId: undefined };
      await rollOut(rolling, made, seen ?? (await ahead.seen()));
      tell();
    } catch (error) {
      tell(error);
      throw error;
    }
    if (inputs.dryRun) refuseDrift(inputs, report, rows);
  });
}

type Done = Pick<Change, 'kind' | 'done' | 'processes'>;

function show(step: Step, report: PlanReport, read: CloudPlan, rows: readonly PlanRow[]): Done {
  showPlan(step, report, rows, applied);
  return { kind: 'planned', done: '', processes: declaredIn(read) };
}

async function change(
  session: Session,
  inputs: ApplyInputs,
  report: PlanReport,
  read: CloudPlan,
  rows: readonly PlanRow[],
): Promise<Done> {
  const time = timeWithOthers(changesIn(countsOf(rows)), cloudPace);
  const patient = session.within(raceLimit + time);
  const results = await carryOut(read, {
    ...{ session: patient, report, inputs, service: applied },
    openAt: ({ place, listing }, semaphore, runtime) => {
      const instance = read.instances.find(({ id }) => id === place.id);
      return shareInstance(
        new CloudStore(patient.client, place.id, { instance }),
        listing,
        semaphore,
        runtime,
      );
    },
    nextStep: (counts) => nextStep(inputs, counts),
    whenLive: 'The changes take effect with the next deployment',
  });
  return { ...madeOf(results), processes: declaredAfter(results, read.instances) };
}

function nextStep({ goingLive }: ApplyInputs, counts: Counts): Html {
  return changesIn(counts) === 0 || goingLive.redeploy ? html`` : deployNext;
}
