import { type Environment, readEnvironment } from '../../cloud/environment.ts';
import type { Fleet } from '../../cloud/fleet.ts';
import { findFleet, patternNamed } from '../../cloud/fleet-target.ts';
import { type Instance, pickInstances } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import type { Listing } from '../../converge/listing.ts';
import { Pacer } from '../../converge/look.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Manifest } from '../../manifest/read.ts';
import { code, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { Block } from '../../runner/summary.ts';
import { capitalized } from '../../text.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import { allNamed, findEnvironment, nameAndId, namesIn } from '../inputs/target.ts';
import type { PlanReport } from '../report/plan.ts';
import { ReadAhead, type RolloutContext } from '../rollout/context.ts';
import { readingTime, type Session } from '../session.ts';

/** An environment that the manifest declares, with its instances. */
interface FoundMember {
  readonly environment: Environment;
  readonly manifest: Manifest<ProcessSpec>;
  /** The instances that the manifest names, in its order. */
  readonly instances: readonly Instance[];
  /** The processes by instance id, if the list of instances included them. */
  readonly listings: ReadonlyMap<string, Listing<ExistingProcess>>;
  /** True for an environment that matched a pattern of the manifest, such as `preview/*`. */
  readonly isOptional: boolean;
  /** The environment's name in the plan; undefined in a plan for this environment alone. */
  readonly within: string | undefined;
}

/** An environment with its part of the step. */
export type Member = ReturnType<typeof memberOf>;

/** Finds the environments that the inputs and the manifest name; waits for them up to `wait-for-environment`. */
export async function findMembers(
  session: Session,
  inputs: ApplyInputs,
  report: PlanReport,
): Promise<readonly Member[]> {
  const { manifest } = inputs;
  return manifest.kind === 'one'
    ? [await findOne(session, inputs, manifest.manifest, report)]
    : await findMany(session, inputs, manifest.fleet, report);
}

async function findOne(
  session: Session,
  { application, environment = '', wait, goals }: ApplyInputs,
  manifest: Manifest<ProcessSpec>,
  report: PlanReport,
): Promise<Member> {
  const ahead = new ReadAhead(session, goals);
  const { found, picked } = await findEnvironment(
    session,
    { application, environment, wait, withProcesses: true },
    (candidates) => pickInstances(candidates, manifest.places),
    (id) => {
      report.ids = [id];
      ahead.begin(id);
    },
  );
  session.step.log.info(`Environment ${nameAndId(found.environment)}, ${allNamed('cluster', picked)}`);
  report.where = found.environment.name;
  const own = { manifest, instances: picked, isOptional: false, within: undefined };
  return memberOf(session, { ...found, ...own }, { goals, ahead, isAlone: true });
}

async function findMany(
  session: Session,
  inputs: ApplyInputs,
  fleet: Fleet,
  report: PlanReport,
): Promise<readonly Member[]> {
  const { step } = session;
  const { application: named, environment: wanted, wait, goals } = inputs;
  const isOne = wanted !== undefined && patternNamed(fleet, wanted) === undefined;
  const what = wanted === undefined ? `the environments of ${inputs.file}` : `"${wanted}"`;
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for ${what}`);
  const ahead = new ReadAhead(session, goals);
  // With the pacer of the other waits, these many reads would delay the first look at a deployment by minutes.
  const waiting = { ...session.waiting(wait), pacer: new Pacer(session.client) };
  const { application, found, leftOut } = await findFleet(
    session.within(wait + readingTime).client,
    fleet,
    { application: named, environment: wanted, ...namesIn(step) },
    waiting,
    (id) => ahead.begin(id),
  );
  // Environments come and go, so the application's id identifies the comment of a whole file.
  const whole = [application.id, ...(wanted === undefined ? [] : [wanted])];
  report.ids = isOne ? found.map(({ environment }) => environment.id) : whole;
  for (const line of leftOut) step.log.notice(line);
  const names = allNamed(
    'environment',
    found.map(({ environment }) => environment),
  );
  step.log.info(found.length === 0 ? 'No environment of the application matches' : capitalized(names));
  report.where = isOne ? (found[0]?.environment.name ?? wanted) : application.name;
  return found.map(({ declared, ...one }) => {
    const own = { manifest: declared.manifest, isOptional: declared.isPattern };
    const within = isOne ? undefined : one.environment.name;
    const goals = goalsOf(step, inputs, one.environment, found.length);
    return memberOf(session, { ...one, ...own, within }, { goals, ahead, isAlone: false });
  });
}

/** Milliseconds for each environment after the first: all share the service's rate limit. */
const shareOfLimits = 10_000;

/** Returns the goals for one environment: `wait-for-commit` applies only to the branch of the push. */
function goalsOf(
  step: Step,
  inputs: ApplyInputs,
  { name, branch }: Environment,
  environments: number,
): ApplyInputs['goals'] {
  const waitTimeout = inputs.goals.waitTimeout + (environments - 1) * shareOfLimits;
  const goals = { ...inputs.goals, waitTimeout };
  const pushed = step.environment['GITHUB_REF_NAME'];
  if (goals.commit === undefined || branch === pushed) return goals;
  step.log.notice(
    `${name}: wait-for-commit does not apply: its branch is ${branch ?? 'unknown'}, not ${pushed}.`,
  );
  return { ...goals, commit: undefined };
}

/** The state of an environment after the rollout. */
interface RolloutState {
  live?: 'deployed' | 'asleep' | 'behind';
  /** The id of the deployment that made the processes live. */
  deployment?: string;
}

function memberOf(
  session: Session,
  found: FoundMember,
  { goals, ahead, isAlone }: Pick<RolloutContext, 'goals' | 'ahead'> & { readonly isAlone: boolean },
) {
  const part = stepIn(session, found.environment.name, isAlone);
  const rolloutState: RolloutState = {};
  const rollout: RolloutContext = {
    ...{ session: part.session, goals, ahead, tellsAlone: isAlone },
    onLive: part.session.step.output,
    onDeployed: (deployment, asleep) => {
      rolloutState.live = asleep === undefined ? 'deployed' : 'asleep';
      rolloutState.deployment = deployment;
    },
    onBehind: () => {
      rolloutState.live = 'behind';
    },
  };
  return { ...found, part, rollout, rolloutState };
}

/**
 * Returns the part of a step for one environment. For one of several, its log lines begin with the environment's name,
 * its outputs and its summary are separate, and its waits share the step's pacer.
 */
function stepIn(session: Session, name: string, isAlone: boolean) {
  const { step, shared } = session;
  const outputs: Record<string, string> = {};
  const blocks: Block[] = [];
  let activity = '';
  const apart: Partial<Step> = {
    log: step.log.about(name),
    clock: {
      now: () => step.clock.now(),
      async sleep(ms, signal) {
        await step.clock.sleep(ms, signal);
        await shared.pacer.turn(
          {},
          { cancelled: signal ?? step.cancelled, timeLeft: () => Number.POSITIVE_INFINITY },
        );
      },
    },
    headline: () => undefined,
    summarize: (block) => blocks.push(block),
    warn: (message, place) => step.warn(`${name}: ${message}`, place),
    did: (subject, line, kind) => step.did(`${subject} of ${name}`, line && `${name}: ${line}`, kind),
  };
  const part: Step = {
    ...step,
    ...(isAlone ? {} : apart),
    output: (set) => {
      Object.assign(outputs, set);
      if (isAlone) step.output(set);
    },
    doing: (now) => {
      activity = now;
      if (isAlone) step.doing(now);
    },
  };
  return {
    session: session.as(part),
    /** The outputs so far. */
    outputs,
    /** Returns the part's current activity, in words that follow "Cancelled while". */
    activity: () => activity,
    /** Returns the environment's part of the summary, under its name; empty if the step's own summary has it. */
    summary: () =>
      blocks.length === 0
        ? html``
        : html`<h4>${code(name)}</h4>${blocks.map((block) => (typeof block === 'function' ? block() : block))}`,
  };
}

/** True if an optional environment was deleted meanwhile. Says so in a notice; the others go on. */
export async function isGone({ log }: Step, { isOptional, environment, part }: Member): Promise<boolean> {
  if (!isOptional) return false;
  try {
    await readEnvironment(part.session.within().client, environment.id);
    return false;
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 404) return false;
    log.notice(`${environment.name} is left out: it has been deleted meanwhile.`);
    return true;
  }
}
