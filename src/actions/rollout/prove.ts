import { type Environment, readEnvironment, whyAsleep } from '../../cloud/environment.ts';
import { watchedOf } from '../../cloud/environment-log.ts';
import { HttpFailure } from '../../http/failure.ts';
import { html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { Live } from './go-live.ts';
import { type Located, proves, type Rolling } from './rolling.ts';
import { proveStable } from './stable.ts';
import { verify } from './verify.ts';

/** Proves what was asked for, where it can be proved. */
export async function prove(rolling: Rolling, change: Located, live: Live): Promise<void> {
  const { session, goingLive } = rolling;
  const { step } = session;
  if (!proves(goingLive)) return;
  const environment =
    live.deployed === undefined ? change.environment : await readAgain(rolling, change.environment);
  const unprovable = whyAsleep(environment) ?? live.pending;
  if (unprovable !== undefined) return skipProofs(rolling, unprovable);
  if (goingLive.stableFor > 0 && change.processes.length === 0) {
    skipProof(step, 'stable-for', 'none of the declared processes exists yet');
  } else if (goingLive.stableFor > 0) {
    const watched = change.processes.map(({ process, instance }) =>
      watchedOf(process, instance, environment),
    );
    const { stableFor: span, showLogs } = goingLive;
    await proveStable(session.within(span), { ...live, environment, watched, span, showLogs });
  }
  if (goingLive.verification === undefined) return;
  const unverifiable = change.kind === 'planned' ? 'this is a dry run' : live.behind;
  if (unverifiable !== undefined) return skipProof(step, 'verify-command', unverifiable);
  await verify({ ...rolling, verification: goingLive.verification, environment });
}

/** An environment may have been woken, or put to sleep, since it was read. */
async function readAgain({ session }: Rolling, known: Environment): Promise<Environment> {
  try {
    return await readEnvironment(session.within().client, known.id);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    session.step.log.debug(`The environment could not be read again. ${error.message}`);
    return known;
  }
}

/** Says of each proof that was asked for that there is none, and why. */
export function skipProofs({ session: { step }, goingLive }: Rolling, why: string): void {
  if (goingLive.stableFor > 0) skipProof(step, 'stable-for', why);
  if (goingLive.verification !== undefined) skipProof(step, 'verify-command', why);
}

function skipProof(step: Step, input: 'stable-for' | 'verify-command', why: string): void {
  const [output, what] = input === 'stable-for' ? ['stable', 'Not watched'] : ['verified', 'Not verified'];
  step.output({ [output]: 'skipped' });
  step.log.notice(`${input} was skipped: ${why}.`);
  step.summarize(html`<p>${what}: ${why}.</p>`);
}
