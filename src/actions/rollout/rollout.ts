import { type Environment, sleepOf } from '../../cloud/environment.ts';
import { watchedOf } from '../../cloud/environment-log.ts';
import { code, html, joined } from '../../runner/html.ts';
import type { RolloutGoals } from '../inputs/goals.ts';
import {
  asksForLive,
  isDryRun,
  type LocatedChange,
  locate,
  proves,
  type RolloutContext,
  readAgain,
  type StepChange,
  unproved,
} from './context.ts';
import { bringLive, type LiveState } from './go-live.ts';
import { proveStable, verify } from './proof.ts';

/**
 * With `redeploy`, makes the declared processes live, unless a running deployment already contains them. Then runs the
 * proofs. Sets `environment-id`, `deployment-id`, `verified` and `stable`. Returns the environment, as last read.
 */
export async function rollOut(rollout: RolloutContext, change: StepChange): Promise<Environment | undefined> {
  const { goals } = rollout;
  const pending = pendingOf(change, goals);
  if (pending !== undefined) {
    if (rollout.tellsAlone !== false || change.kind !== 'changed') rollout.session.step.log.notice(pending);
    const asleep = change.environment && sleepOf(change.environment);
    skipProofs(rollout, asleep ?? 'the change is not live before the next deployment');
    return change.environment;
  }
  const wouldDeploy = change.kind === 'would-keep' && goals.redeploy;
  if (isDryRun(change) && goals.stableFor === 0 && !wouldDeploy) {
    skipProofs(rollout, 'this is a dry run');
    return change.environment;
  }
  if (!asksForLive(goals)) return change.environment;

  const located = await locateChange(rollout, change);
  rollout.onLive({ 'environment-id': located.environment.id });
  const live = await bringLive(rollout, located);
  const environment = await environmentAfter(rollout, located, live);
  await prove(rollout, { ...located, environment }, live);
  return environment;
}

/** Returns why the change is not live at the end; undefined with `redeploy`, or without a change. */
function pendingOf({ kind, done, environment }: StepChange, { redeploy }: RolloutGoals): string | undefined {
  if (redeploy) return undefined;
  if (kind === 'made-by-other')
    return 'Another run has created the process at the same moment. It takes effect with the deployment of that run, or with the next one.';
  if (kind !== 'changed') return undefined;
  const onPush = environment?.deploysOnPush ? ', which the next push to its branch starts' : '';
  return `${done}. Changes take effect with the environment’s next deployment${onPush}. To let this step deploy after a change, set redeploy: true.`;
}

/** Finds the environment of the change. Reads the instance if only the instance's id is known. */
async function locateChange({ session }: RolloutContext, change: StepChange): Promise<LocatedChange> {
  const { processes, environment: known } = change;
  const isPlaced = known !== undefined && processes.every(({ instance }) => instance !== undefined);
  const instanceId = isPlaced ? undefined : change.instanceId;
  const { environment, instance } = await locate(session, { environment: known, instanceId });
  const placed = processes.map((one) => ({ ...one, instance: one.instance ?? instance }));
  return { ...change, environment, processes: placed };
}

/** Returns the environment after the deployment. Reads it again only for a proof. */
async function environmentAfter(
  { session, goals }: RolloutContext,
  { environment: known }: LocatedChange,
  live: LiveState,
): Promise<Environment> {
  const isStale = proves(goals) && live.deployed !== undefined && live.environment === undefined;
  return isStale ? await readAgain(session, known) : (live.environment ?? known);
}

/** Runs the requested proofs: `stable-for`, then `verify-command`. Skips a proof that would prove nothing now. */
async function prove(rollout: RolloutContext, change: LocatedChange, live: LiveState): Promise<void> {
  const { session, goals } = rollout;
  const { environment } = change;
  if (!proves(goals)) return;
  const unprovable = sleepOf(environment) ?? live.pending;
  if (unprovable !== undefined) return skipProofs(rollout, unprovable);
  if (goals.stableFor > 0 && change.processes.length === 0) {
    skipProofs(rollout, 'none of the declared processes exists yet', ['stable-for']);
  } else if (goals.stableFor > 0) {
    const watched = change.processes.map(({ process, instance }) =>
      watchedOf(process, instance, environment),
    );
    const { stableFor: span, showLogs = false } = goals;
    await proveStable(session.within(span), { ...live, environment, watched, span, showLogs });
  }
  if (goals.verification === undefined) return;
  const unverifiable = isDryRun(change) ? 'this is a dry run' : live.behind;
  if (unverifiable !== undefined) return skipProofs(rollout, unverifiable, ['verify-command']);
  const asleep = await verify(rollout, goals.verification, environment);
  if (asleep !== undefined) skipProofs(rollout, asleep, ['verify-command']);
}

const outputs = { 'stable-for': 'stable', 'verify-command': 'verified' } as const;
type Proof = keyof typeof outputs;

/** Reports the requested ones of these proofs as skipped, with the reason. */
function skipProofs(
  { session: { step }, goals }: RolloutContext,
  why: string,
  proofs: readonly Proof[] = ['stable-for', 'verify-command'],
): void {
  const requested = proofs.filter((proof) => outputs[proof] in unproved(goals));
  if (requested.length === 0) return;
  for (const proof of requested) step.output({ [outputs[proof]]: 'skipped' });
  const end = `${requested.length === 1 ? 'was' : 'were'} skipped: ${why}.`;
  step.log.notice(`${requested.join(' and ')} ${end}`);
  step.summarize(html`<p>${joined(requested.map(code), html` and `)} ${end}</p>`);
}
