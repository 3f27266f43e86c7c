import { sleepOf } from '../../cloud/environment.ts';
import { watchedOf } from '../../cloud/environment-log.ts';
import { code, html, joined } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { isDryRun, type LocatedChange, proves, type RolloutContext, readAgain } from './context.ts';
import type { LiveState } from './go-live.ts';
import { proveStable } from './stable.ts';
import { verify } from './verify.ts';

/** Runs the requested proofs: `stable-for`, then `verify-command`. Skips a proof that would prove nothing now. */
export async function prove(rollout: RolloutContext, change: LocatedChange, live: LiveState): Promise<void> {
  const { session, goals } = rollout;
  const { step } = session;
  if (!proves(goals)) return;
  const { environment: known = change.environment } = live;
  const isStale = live.deployed !== undefined && live.environment === undefined;
  const environment = isStale ? await readAgain(session, known) : known;
  const unprovable = sleepOf(environment) ?? live.pending;
  if (unprovable !== undefined) return skipProofs(rollout, unprovable);
  if (goals.stableFor > 0 && change.processes.length === 0) {
    skip(step, ['stable-for'], 'none of the declared processes exists yet');
  } else if (goals.stableFor > 0) {
    const watched = change.processes.map(({ process, instance }) =>
      watchedOf(process, instance, environment),
    );
    const { stableFor: span, showLogs = false } = goals;
    await proveStable(session.within(span), { ...live, environment, watched, span, showLogs });
  }
  if (goals.verification === undefined) return;
  const unverifiable = isDryRun(change) ? 'this is a dry run' : live.behind;
  if (unverifiable !== undefined) return skip(step, ['verify-command'], unverifiable);
  const asleep = await verify({ ...rollout, verification: goals.verification, environment });
  if (asleep !== undefined) skip(step, ['verify-command'], asleep);
}

/** Reports each requested proof as skipped, with the reason. */
export function skipProofs({ session: { step }, goals }: RolloutContext, why: string): void {
  const asked: Proof[] = [];
  if (goals.stableFor > 0) asked.push('stable-for');
  if (goals.verification !== undefined) asked.push('verify-command');
  if (asked.length > 0) skip(step, asked, why);
}

type Proof = keyof typeof outputs;

const outputs = { 'stable-for': 'stable', 'verify-command': 'verified' } as const;

function skip(step: Step, proofs: readonly Proof[], why: string): void {
  for (const proof of proofs) {
    step.output({ [outputs[proof]]: 'skipped' });
    step.log.notice(`${proof} was skipped: ${why}.`);
  }
  const names = joined(proofs.map(code), html` and `);
  step.summarize(html`<p>${names} ${proofs.length === 1 ? 'was' : 'were'} skipped: ${why}.</p>`);
}
