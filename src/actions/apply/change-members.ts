import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudPace } from '../../cloud/service.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import { CloudStore } from '../../cloud/store.ts';
import { timeWithOthers } from '../../converge/pace.ts';
import { changesIn, countsOf, countsText, type OperationResult } from '../../converge/plan.ts';
import { doneRows, type PlanRow } from '../../converge/text.ts';
import { Cancelled } from '../../failure.ts';
import { locationsIn } from '../../manifest/read.ts';
import { html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import { deployNext, saySleep } from '../report/cloud.ts';
import type { PlanReport } from '../report/plan.ts';
import { unfinished } from '../report/unfinished.ts';
import type { PlacedProcess, StepChange } from '../rollout/context.ts';
import { rollOut } from '../rollout/rollout.ts';
import { raceLimit, type Session } from '../session.ts';
import { carrier, declaredIn, noteDone, rowsOf } from './carry-out.ts';
import { isGone } from './find-members.ts';
import { applied, type PlannedMember } from './plan-members.ts';

/** The result or the error for one environment. */
export interface MemberResult {
  readonly member: PlannedMember;
  /** The plan; its result once that is known. */
  rows: readonly PlanRow[];
  error: unknown;
}

/** In a dry run, proves that the existing processes run. */
export async function proveAll(
  step: Step,
  plans: readonly PlannedMember[],
): Promise<readonly MemberResult[]> {
  return await endedAll(step, plans, async ({ member }) => {
    const kind = writesIn([member]) > 0 ? 'would-change' : 'would-keep';
    const operations = member.plan.operations.map((operation) => ({ operation }));
    await goLive(step, member, { kind, done: '', short: '', processes: placed(member, operations) });
  });
}

/** Carries out all plans in parallel. Deploys each environment as soon as its plan is done. */
export async function changeAll(
  session: Session,
  inputs: ApplyInputs,
  report: PlanReport,
  plans: readonly PlannedMember[],
): Promise<readonly MemberResult[]> {
  const { step } = session;
  const { redeploy } = inputs.goals;
  const isAlone = inputs.manifest.kind === 'one';
  if (redeploy && !isAlone) tellPush(session, plans);
  const writes = writesIn(plans);
  const patient = session.within(raceLimit + timeWithOthers(writes, cloudPace));
  step.doing(`applying ${inputs.file}`);
  const carryOut = carrier(patient, applied, writes);
  return await endedAll(step, plans, async (ended) => {
    const { member } = ended;
    const { instances, environment, manifest } = member;
    const locations = locationsIn(manifest);
    const results = await carryOut(member, ({ id }) => {
      const instance = instances.find((one) => one.id === id);
      return new CloudStore(patient.client, id, { instance });
    });
    const rows = doneRows(results, applied.naming, (spec) => locations.get(spec));
    ended.rows = rows;
    const whenLive = 'The changes take effect with the next deployment';
    const failure = unfinished({ where: environment.name, whenLive, cancelled: step.cancelled }, rows);
    const waits = failure === undefined && changesIn(countsOf(rows)) > 0;
    const next = waits && !redeploy ? deployNext : html``;
    if (isAlone && failure === undefined) noteDone(step, rows);
    if (isAlone) report.show({ kind: 'done', rows, effect: 'waiting', next });
    if (failure !== undefined) throw failure;
    await goLive(step, member, { ...madeOf(results), processes: placed(member, results) });
  });
}

function writesIn(plans: readonly PlannedMember[]): number {
  return changesIn(countsOf(rowsOf(plans)));
}

async function goLive(
  step: Step,
  { rollout, environment }: PlannedMember,
  change: Pick<StepChange, 'kind' | 'done' | 'short' | 'processes'>,
): Promise<void> {
  rollout.session.step.doing('reading the deployments');
  saySleep(step, await rollOut(rollout, { ...change, environment, instanceId: undefined }));
}

/** Runs `work` for each environment. Leaves out optional environments that were deleted meanwhile. */
async function endedAll(
  step: Step,
  plans: readonly PlannedMember[],
  work: (ended: MemberResult) => Promise<void>,
): Promise<readonly MemberResult[]> {
  const all = await Promise.all(
    plans.map(async (member) => {
      const ended: MemberResult = { member, rows: member.rows, error: undefined };
      try {
        await work(ended);
      } catch (error) {
        ended.error = withActivity(error, member);
      }
      return ended;
    }),
  );
  const gone = await Promise.all(all.map(({ member, error }) => error !== undefined && isGone(step, member)));
  return all.filter((_, index) => !gone[index]);
}

/** Returns the error of a cancelled wait with the activity of its environment. Other errors name theirs already. */
function withActivity(error: unknown, { part }: PlannedMember): unknown {
  if (!(error instanceof Cancelled) || error.mayHaveActed || error.headline !== undefined) return error;
  const headline = `Cancelled while ${part.activity()}`;
  return new Cancelled({ what: headline, why: error.why, headline });
}

/** Logs one notice with all environments that deploy on a push, too. */
function tellPush({ step }: Session, plans: readonly PlannedMember[]): void {
  const twice = plans.filter((one) => one.environment.deploysOnPush && writesIn([one]) > 0);
  if (twice.length > 0)
    step.log.notice(
      `These environments deploy on every push (push to deploy), so their changes cause a second deployment: ${twice.map(({ name }) => name).join(', ')}.`,
    );
}

/** Summarizes the changes to an environment's processes, for the rollout. */
function madeOf(
  results: readonly OperationResult<ProcessSpec, ExistingProcess>[],
): Pick<StepChange, 'kind' | 'done' | 'short'> {
  const counts = { ...countsOf(results), undeclared: 0 };
  const changes = countsText(counts, 'done');
  if (changesIn(counts) > 0) return { kind: 'changed', done: changes, short: changes };
  const isOthers = results.some(({ madeByOther }) => madeByOther);
  return {
    kind: isOthers ? 'made-by-other' : 'unchanged',
    done: 'The processes are as declared',
    short: 'Unchanged',
  };
}

function placed(
  { instances }: PlannedMember,
  results: Parameters<typeof declaredIn<ExistingProcess>>[0],
): readonly PlacedProcess[] {
  return declaredIn(results).map(({ place, process }) => ({
    process,
    instance: instances.find(({ id }) => id === place.id),
  }));
}
