import { type Environment, readEnvironment } from '../../cloud/environment.ts';
import type { Fleet } from '../../cloud/fleet.ts';
import { findFleet, patternNamed } from '../../cloud/fleet-target.ts';
import type { Instance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import { findInEnvironment, type ListedEnvironment, pickInstances } from '../../cloud/target.ts';
import type { Listing } from '../../converge/listing.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Manifest } from '../../manifest/read.ts';
import { html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import { nameAndId, namesIn } from '../inputs/target.ts';
import type { PlanReport } from '../report/plan.ts';
import { deployNext, replicasText, scalingOf } from '../report/process.ts';
import type { RolloutContext } from '../rollout/context.ts';
import { type ReadAhead, readAhead } from '../rollout/deployments-before.ts';
import { readingTime, type Session } from '../session.ts';
import { type StepIn, stepIn, wholeStep } from './step-in.ts';

/** An environment that the manifest declares, with its instances and its part of the step. */
export interface Member {
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
  readonly part: StepIn;
  readonly rollout: RolloutContext;
  readonly ahead: ReadAhead;
  readonly rolloutState: RolloutState;
}

/** The state of an environment after the rollout. */
interface RolloutState {
  live?: 'deployed' | 'asleep' | 'behind';
  /** The id of the deployment that made the processes live. */
  deployment?: string;
}

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
  { application, environment = '', wait, goals, dryRun }: ApplyInputs,
  manifest: Manifest<ProcessSpec>,
  report: PlanReport,
): Promise<Member> {
  const { step } = session;
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${environment}"`);
  const ahead = readAhead({ session, goals });
  const { found, picked } = await findInEnvironment(
    session.within(wait).client,
    { application, environment, ...namesIn(step), withProcesses: true },
    session.waiting(wait),
    (candidates) => pickInstances(candidates, manifest.places),
    (id) => {
      report.identify([id]);
      ahead.begin(id);
    },
  );
  const names = picked.map(nameAndId).join(', ');
  step.log.info(`Environment ${nameAndId(found.environment)}, clusters ${names}`);
  const part = wholeStep(session);
  const rolloutState: RolloutState = {};
  const rollout = {
    ...{ session: part.session, goals, onLive: part.session.step.output },
    onDeployed: (id: string, asleep: string | undefined) => {
      report.inEffect(asleep === undefined ? 'deployed' : 'asleep');
      step.identify('deployment', id);
    },
    onBehind: () => {
      rolloutState.live = 'behind';
      report.isBehind(dryRun ? html`` : deployNext);
    },
  };
  const own = { manifest, instances: picked, isOptional: false, within: undefined };
  const member = { ...found, ...own, part, rollout, ahead, rolloutState };
  report.found(found.environment.name, notesOn([member]));
  return member;
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
  const ahead = readAhead({ session, goals });
  const { application, found, leftOut } = await findFleet(
    session.within(wait + readingTime).client,
    fleet,
    { application: named, environment: wanted, ...namesIn(step) },
    session.waiting(wait),
    ahead.begin,
  );
  // Environments come and go, so the application's id identifies the comment of a whole file.
  const whole = [application.id, ...(wanted === undefined ? [] : [wanted])];
  report.identify(isOne ? found.map(({ environment }) => environment.id) : whole);
  for (const line of leftOut) step.log.notice(line);
  const names = found.map(({ environment }) => nameAndId(environment)).join(', ');
  step.log.info(names === '' ? 'No environment of the application matches' : `Environments ${names}`);
  const members = found.map(({ environment, declared, instances, listings }): Member => {
    const { name } = environment;
    const part = stepIn(session, name);
    const rolloutState: RolloutState = {};
    const rollout = {
      session: part.session,
      goals: goalsOf(step, inputs, environment, found.length),
      onLive: part.session.step.output,
      tellsPush: false,
      onDeployed: (deployment: string, asleep: string | undefined) => {
        rolloutState.live = asleep === undefined ? 'deployed' : 'asleep';
        rolloutState.deployment = deployment;
      },
      onBehind: () => void Object.assign(rolloutState, { live: 'behind' }),
    };
    const own = { manifest: declared.manifest, isOptional: declared.isPattern };
    const within = isOne ? undefined : name;
    return { environment, ...own, instances, listings, within, part, rollout, ahead, rolloutState };
  });
  const where = isOne ? (found[0]?.environment.name ?? wanted) : application.name;
  report.found(where, notesOn(members));
  return members;
}

/**
 * True if an optional environment, such as a preview, was deleted during the step, which a notice then says. The other
 * environments must not fail because of it.
 */
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

/** Returns a function from an instance to its note in the plan: `2–4 replicas`. */
function notesOn(members: readonly Member[]) {
  return (place: { readonly id: string }): string | undefined => {
    const member = members.find(({ instances }) => instances.some(({ id }) => id === place.id));
    const instance = member?.instances.find(({ id }) => id === place.id);
    return replicasText(scalingOf(instance, member?.environment));
  };
}

/** Milliseconds for each environment after the first: all share the service's rate limit. */
const shareOfLimits = 10_000;

/** Returns the goals for one environment: `wait-for-commit` applies only to the branch of the push. */
function goalsOf(
  step: Step,
  inputs: ApplyInputs,
  { name, branch }: ListedEnvironment,
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
