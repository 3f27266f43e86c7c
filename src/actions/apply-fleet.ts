import type { SeenDeployments } from '../cloud/deployments.ts';
import { type FoundEnvironment, type FoundFleet, findFleet, patternNamed } from '../cloud/fleet-target.ts';
import { shareInstance } from '../cloud/open.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloudPace, cloudService } from '../cloud/service.ts';
import type { ProcessSpec } from '../cloud/spec.ts';
import { CloudStore } from '../cloud/store.ts';
import { applyPlan } from '../converge/apply.ts';
import { changesIn, countsOf } from '../converge/counts.ts';
import { progressTeller, timeWithOthers } from '../converge/pace.ts';
import { Semaphore } from '../converge/semaphore.ts';
import type { Planned } from '../converge/settled-plan.ts';
import { doneRows, type PlanRow, plannedRows } from '../converge/text.ts';
import { Cancelled, Failure, messageOf } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { maxConcurrency } from '../http/transport.ts';
import { collecting } from '../names.ts';
import { code, type Html, html, joined } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { applied, declaredAfter, declaredIn, madeOf } from './applied-to-cloud.ts';
import { requireApproval, type Scope } from './approved-plan.ts';
import { describeDone, logPlan, refuseDrift, showPlan } from './carry-out.ts';
import type { FleetInputs } from './inputs/apply.ts';
import { nameAndId, namesIn } from './inputs/target.ts';
import { guardDeletes } from './max-deletes.ts';
import { type CloudPlan, planInstances, warningsOf } from './read-and-plan.ts';
import { commonOutputs, type ReportedEnvironment } from './report/environments.ts';
import { PlanReport } from './report/plan.ts';
import { describeProgress } from './report/plan-body.ts';
import { planOutputs } from './report/plan-outputs.ts';
import { deployNext, replicasText } from './report/process.ts';
import { saySleep } from './report/sleep.ts';
import { runAgain, stopped, Unfinished, unfinished } from './report/unfinished.ts';
import { awaitCommit, type Change, type ReadAhead, type Rolling, readAhead, rollOut } from './rollout.ts';
import { raceLimit, type Session, withSession } from './session.ts';
import { type StepIn, stepIn } from './step-in.ts';

/** Makes the environments of a file of many run what it declares: all are planned before anything is written. */
export async function applyFleet(step: Step, inputs: FleetInputs): Promise<void> {
  const { application, environment } = inputs;
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'Numbers are per replica.',
    where: environment ?? application ?? step.workflow.repository ?? inputs.file,
    input: [application ?? '', environment ?? ''],
  });
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const members = await findMembers(session, inputs, report);
    const planned = await planAll(session, inputs, members);
    if (inputs.dryRun) report.covers(planned.map(idOf), (placeId) => scopeOf(planned, placeId));
    report.found(report.where, ({ id }) => {
      const instance = planned.flatMap(({ instances }) => instances).find((one) => one.id === id);
      return instance && replicasText(instance);
    });
    let rows = logPlan(step, report, together(planned), applied);
    const left = inputs.dryRun
      ? new Set<string>()
      : await requireApproval(step, 'Laravel Cloud', inputs, scopesOf(planned));
    const plans = planned.filter(({ environment: { id } }) => !left.has(id));
    if (left.size > 0) rows = logPlan(step, report, together(plans), applied);
    guardDeletes(step, report, inputs, rows, applied);
    for (const { environment: one } of plans) saySleep(step, one);
    if (inputs.dryRun) {
      showPlan(step, report, rows, applied);
      const shown = await Promise.all(plans.map((plan) => ended(plan, 'planned', () => prove(plan))));
      finish(step, report, inputs, shown);
      refuseDrift(inputs, report, rows);
    } else {
      finish(step, report, inputs, await changeAll(session, inputs, plans));
    }
  });
}

/** An environment of the file, and what the step has to work on it with. */
interface Member {
  readonly found: FoundEnvironment;
  /** What the plan calls it; undefined where it is about this one alone. */
  readonly within: string | undefined;
  readonly part: StepIn;
  readonly rolling: Rolling;
  readonly ahead: ReadAhead;
  /** What a deployment has made of it, or has not. */
  readonly live: () => 'deployed' | 'behind' | undefined;
  /** The deployment that has made it live. */
  readonly deployment: () => string | undefined;
}

interface PlannedMember extends CloudPlan, Member {
  /** The deployments, where they were read before the plan. */
  readonly seen: SeenDeployments | undefined;
}

async function findMembers(
  session: Session,
  inputs: FleetInputs,
  report: PlanReport,
): Promise<readonly Member[]> {
  const { step } = session;
  const { manifest, application, environment, wait, goingLive } = inputs;
  const isOne = environment !== undefined && patternNamed(manifest, environment) === undefined;
  const what = environment === undefined ? `the environments of ${inputs.file}` : `"${environment}"`;
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for ${what}`);
  const aheads = new Map<string, ReadAhead>();
  const fleet = await findFleet(
    session.within(wait + readingTime).client,
    manifest,
    { application, environment, ...namesIn(step) },
    session.waiting(wait),
    (id) => {
      const ahead = aheads.get(id) ?? readAhead({ session, goingLive });
      aheads.set(id, ahead);
      ahead.begin(id);
    },
  );
  report.identify(idsOf(fleet, environment, isOne));
  report.found(
    isOne ? (fleet.found[0]?.environment.name ?? environment) : fleet.application.name,
    () => undefined,
  );
  for (const line of fleet.leftOut) step.log.notice(line);
  const found = fleet.found.map((one) => nameAndId(one.environment)).join(', ');
  step.log.info(found === '' ? 'No environment of the application matches' : `Environments ${found}`);
  return fleet.found.map((found): Member => {
    const part = stepIn(session, found.environment.name);
    let live: 'deployed' | 'behind' | undefined;
    let deployment: string | undefined;
    const rolling = {
      session: part.session,
      goingLive: goingLiveOf(step, inputs, found, fleet.found.length),
      onLive: part.session.step.output,
      tellsPush: false,
      onDeployed: (id: string) => {
        live = 'deployed';
        deployment = id;
      },
      onBehind: () => {
        live = 'behind';
      },
    };
    const ahead = aheads.get(found.environment.id) ?? readAhead(rolling);
    const within = isOne ? undefined : found.environment.name;
    return { found, within, part, rolling, ahead, live: () => live, deployment: () => deployment };
  });
}

/** What reading a hundred environments may take, in milliseconds. */
const readingTime = 120_000;

/** Environments come and go, so the comment of a whole file is known by its application. */
function idsOf(
  { application, found }: FoundFleet,
  input: string | undefined,
  isOne: boolean,
): readonly string[] {
  if (isOne) return found.map(({ environment }) => environment.id);
  return [application.id, ...(input === undefined ? [] : [input])];
}

/** Milliseconds longer that each further environment may take to be live: all share the service's limits. */
const shareOfLimits = 10_000;

/** A commit is waited for only where its branch is deployed. */
function goingLiveOf(
  { environment, log }: Step,
  inputs: FleetInputs,
  found: FoundEnvironment,
  environments: number,
): FleetInputs['goingLive'] {
  const { dryRun } = inputs;
  const waitTimeout = inputs.goingLive.waitTimeout + (environments - 1) * shareOfLimits;
  const goingLive = { ...inputs.goingLive, waitTimeout };
  if (goingLive.commit === undefined || dryRun) return { ...goingLive, commit: undefined };
  const pushed = environment['GITHUB_REF_NAME'];
  const { name, branch } = found.environment;
  if (branch === pushed) return goingLive;
  log.notice(`${name}: wait-for-commit does not apply: its branch is ${branch ?? 'unknown'}, not ${pushed}.`);
  return { ...goingLive, commit: undefined };
}

async function planAll(
  session: Session,
  { file, prune }: FleetInputs,
  members: readonly Member[],
): Promise<readonly PlannedMember[]> {
  const { step } = session;
  const count = members.reduce((sum, { found }) => sum + found.instances.length, 0);
  const semaphore = new Semaphore(maxConcurrency);
  const plans = await Promise.allSettled(
    members.map(async (member): Promise<PlannedMember> => {
      const { environment, instances, listings, declared } = member.found;
      const seen = await awaitCommit(member.rolling, environment.id).catch((error: unknown) => {
        throw aboutOne(error, environment.name);
      });
      step.doing(`planning ${file}`);
      const patient = session.within(2_000 * count);
      const { within } = member;
      const known = seen === undefined ? listings : new Map();
      const plan = await planInstances(
        { environment, instances, manifest: declared.manifest, listings: known, within },
        { session: patient, prune, semaphore },
      );
      return { ...member, ...plan, seen };
    }),
  );
  const broken = plans.flatMap((plan): unknown[] => (plan.status === 'rejected' ? [plan.reason] : []));
  const urgent = broken.find((error) => error instanceof Cancelled || error instanceof HttpFailure);
  if (urgent !== undefined) throw urgent;
  const planned = collecting('environments of the manifest', plans, (plan) => {
    if (plan.status === 'fulfilled') return plan.value;
    const error: unknown = plan.reason;
    throw error;
  });
  warnOnce(step, planned);
  return planned;
}

/** The same error, which says which environment it is about. */
function aboutOne(error: unknown, name: string): unknown {
  if (!(error instanceof Failure) || error instanceof Cancelled || error instanceof HttpFailure) return error;
  const { what, why, fix, headline = `${what}: ${why}` } = error;
  return new Failure({ what: `${name}: ${what}`, why, fix, headline: `${name}: ${headline}` });
}

/** What stands in the defaults is warned of once. */
function warnOnce(step: Step, plans: readonly PlannedMember[]): void {
  const warnings = plans.flatMap((plan) => warningsOf(plan, plan.found.declared.manifest));
  const unique = new Map(warnings.map((one) => [JSON.stringify(one), one]));
  for (const { text, place } of unique.values()) step.warn(text, place);
}

const idOf = ({ environment: { id } }: PlannedMember): string => id;

function scopeOf(plans: readonly PlannedMember[], placeId: string): string {
  return plans.find(({ instances }) => instances.some(({ id }) => id === placeId))?.environment.id ?? '';
}

function scopesOf(plans: readonly PlannedMember[]): readonly Scope[] {
  return plans.map(({ environment, plan, found }) => ({
    ...environment,
    rows: plannedRows(plan.operations, applied.naming),
    isOptional: found.declared.isPattern,
  }));
}

function together(plans: readonly PlannedMember[]): Planned<ProcessSpec, ExistingProcess> {
  return {
    states: plans.flatMap(({ states }) => states),
    plan: {
      operations: plans.flatMap(({ plan }) => plan.operations),
      ...{ contested: [], ambiguous: [], doubts: [] },
    },
  };
}

/** What became of an environment. */
interface Ended {
  readonly member: PlannedMember;
  readonly kind: 'planned' | 'done';
  readonly rows: readonly PlanRow[];
  readonly error: unknown;
}

/** In a dry run, proves that the existing processes run. */
async function prove(plan: PlannedMember): Promise<void> {
  await goLive(plan, { kind: 'planned', done: '', processes: declaredIn(plan) });
}

async function goLive(
  { rolling, environment, seen, ahead }: PlannedMember,
  change: Pick<Change, 'kind' | 'done' | 'processes'>,
): Promise<void> {
  const made = { ...change, environment, instanceId: undefined };
  await rollOut(rolling, made, seen ?? (await ahead.seen()));
}

/** One that fails holds up no other. `work` tells the rows as soon as they are more than planned. */
async function ended(
  member: PlannedMember,
  kind: Ended['kind'],
  work: (tell: (rows: readonly PlanRow[]) => void) => Promise<void>,
): Promise<Ended> {
  let rows = plannedRows(member.plan.operations, applied.naming);
  const tell = (known: readonly PlanRow[]): void => {
    rows = known;
  };
  try {
    await work(tell);
    return { member, kind, rows, error: undefined };
  } catch (error) {
    return { member, kind, rows, error };
  }
}

/** Carries out all plans side by side under one limit, and deploys each environment as soon as it is done. */
async function changeAll(
  session: Session,
  { file, goingLive }: FleetInputs,
  plans: readonly PlannedMember[],
): Promise<readonly Ended[]> {
  const { step } = session;
  tellPush(step, goingLive, plans);
  const operations = plans.flatMap(({ plan }) => plan.operations);
  const writes = changesIn(countsOf(plannedRows(operations, applied.naming)));
  step.doing(`applying ${file}`);
  const patient = session.within(raceLimit + timeWithOthers(writes, cloudPace));
  const runtime = patient.runtime('processes');
  const semaphore = new Semaphore(maxConcurrency);
  const onChange = progressTeller(writes, cloudPace, step.clock, (progress) =>
    step.log.info(describeProgress(progress)),
  );
  const change = async (member: PlannedMember, tell: (rows: readonly PlanRow[]) => void): Promise<void> => {
    const { plan, states, instances, environment } = member;
    const results = await applyPlan(plan.operations, states, {
      ...{ service: cloudService, runtime, concurrency: maxConcurrency, semaphore, onChange },
      openAt: ({ place, listing }, limit) => {
        const instance = instances.find(({ id }) => id === place.id);
        return shareInstance(new CloudStore(patient.client, place.id, { instance }), listing, limit, runtime);
      },
    });
    const rows = doneRows(results, applied.naming);
    tell(rows);
    const failure = unfinished({ where: environment.name, whenLive, cancelled: step.cancelled }, rows);
    if (failure !== undefined) throw failure;
    await goLive(member, { ...madeOf(results), processes: declaredAfter(results, instances) });
  };
  return await Promise.all(plans.map((plan) => ended(plan, 'done', (tell) => change(plan, tell))));
}

/** Says once which environments deploy on a push, too. */
function tellPush(
  { log }: Step,
  { redeploy }: FleetInputs['goingLive'],
  plans: readonly PlannedMember[],
): void {
  const changes = ({ plan }: PlannedMember) =>
    changesIn(countsOf(plannedRows(plan.operations, applied.naming))) > 0;
  const names = plans.filter((one) => one.environment.deploysOnPush && changes(one)).map(nameOf);
  if (redeploy && names.length > 0)
    log.notice(
      `These environments deploy on every push (push to deploy), so their changes cause a second deployment: ${names.join(', ')}.`,
    );
}

const whenLive = 'The changes take effect with the next deployment';

/** Shows what became of all, sets the outputs, and throws where something failed. */
function finish(step: Step, report: PlanReport, inputs: FleetInputs, all: readonly Ended[]): void {
  const reported = all.map(reportOf);
  const rows = all.flatMap((one) => one.rows);
  step.output(commonOutputs(reported));
  if (!inputs.dryRun) {
    const counts = countsOf(rows);
    step.output(planOutputs(rows, 'done', (line) => step.log.warning(line)));
    step.log.info(describeDone(counts));
    const effect = effectOf(all);
    const isDone = all.every(({ error }) => error === undefined);
    const waits = effect === 'waiting' || effect === 'behind';
    const next = isDone && waits && !inputs.goingLive.redeploy ? deployNext : html``;
    const failed = new Set(all.flatMap(({ member, error }) => (error === undefined ? [] : [nameOf(member)])));
    report.show({ kind: 'done', rows, effect, failed, next });
  }
  step.summarize(deployedIn(all));
  for (const { member } of all) step.summarize(member.part.summary());
  throwFailed(step, report, all);
}

/** The environments that were deployed in one line, and their deployments in small print. */
function deployedIn(all: readonly Ended[]): Html {
  const some = all.flatMap(({ member }) => {
    const id = member.deployment();
    return id === undefined ? [] : [{ name: code(nameOf(member)), id: code(id) }];
  });
  const list = (pieces: readonly Html[]) => joined(pieces, html`, `);
  if (some.length === 0) return html``;
  return html`<p>Deployed: ${list(some.map(({ name }) => name))}<br><sub>${list(some.map(({ id }) => id))}</sub></p>`;
}

/** An environment that still waits for a deployment outweighs those that are live. */
function effectOf(all: readonly Ended[]): 'waiting' | 'behind' | 'deployed' | undefined {
  const isWaiting = ({ rows, member }: Ended) =>
    changesIn(countsOf(rows)) > 0 && member.live() !== 'deployed';
  if (all.some(isWaiting)) return 'waiting';
  const lives = all.map(({ member }) => member.live());
  return lives.find((live) => live === 'behind') ?? lives.find((live) => live === 'deployed');
}

function reportOf({ member: { environment, part }, kind, rows, error }: Ended): ReportedEnvironment {
  return {
    environment,
    outputs: { ...planOutputs(rows, kind, () => undefined), ...part.outputs },
    error: error === undefined ? undefined : messageOf(error),
  };
}

/** One error for all environments that failed, each by its name. */
function throwFailed({ cancelled }: Step, { where }: PlanReport, all: readonly Ended[]): void {
  const failed = all.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first === undefined) return;
  const alone = failed.find(({ error }) => !(error instanceof Failure) || error instanceof Cancelled);
  const rows = all.flatMap((one) => (one.kind === 'done' ? one.rows : []));
  if (alone?.error instanceof Cancelled && changesIn(countsOf(rows)) > 0)
    throw stopped({ where, cancelled }, rows);
  if (alone !== undefined || all.length === 1) throw (alone ?? first).error;
  const count = `${failed.length} of ${all.length} environments failed`;
  const others = all.length - failed.length;
  throw new Failure({
    what: count,
    why: `\n${failed.map(lineFor).join('')}`,
    fix: `${others === 0 ? '' : `Done: the other ${others}.\n`}${runAgain}`,
    headline: `${count}: ${failed.map(({ member }) => nameOf(member)).join(', ')}`,
  });
}

function lineFor({ member, error }: Ended): string {
  if (error instanceof Unfinished) return `${error.what}:${error.why}`;
  return `- ${nameOf(member)}: ${messageOf(error)}\n`;
}

function nameOf({ environment: { name } }: PlannedMember): string {
  return name;
}
