import { Failure } from '../failure.ts';
import { readItsLog } from '../forge/not-running.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { type StatusSource, watchStatus } from '../forge/stable.ts';
import { html } from '../runner/html.ts';
import { counted } from '../text.ts';
import { inSeconds } from '../time.ts';
import type { Session } from './session.ts';

/** Reads the status of processes repeatedly, and sets `stable`. Throws a `Failure` if one does not stay up. */
export async function proveForgeStable(
  { step, client, pacer }: Session,
  processes: readonly ForgeProcess[],
  span: number,
  look: StatusSource['look'],
): Promise<void> {
  if (span === 0) return;
  if (processes.length === 0) {
    step.output({ stable: 'skipped' });
    step.log.notice('stable-for was skipped: there is no process yet.');
    return;
  }
  step.doing('watching whether the background processes stay up');
  step.log.info(`Watching the status for ${inSeconds(span)}`);
  // Time in which the rate limit stops all requests shows nothing.
  const timing = { clock: client.clock, cancelled: step.cancelled };
  const seen = await watchStatus(processes, span, { look, pacer }, timing);
  const failed = seen.filter(({ stable }) => stable === 'false');
  const unknown = seen.filter(({ stable }) => stable === 'unknown');
  step.output({ stable: failed.length > 0 ? 'false' : unknown.length > 0 ? 'unknown' : 'true' });
  if (failed.length > 0) throw notStable(failed.map(({ why }) => why));
  for (const { why } of unknown) step.warn(`${why}.`);
  if (unknown.length === 0) step.summarize(html`<p><strong>Stable:</strong> up for ${inSeconds(span)}.</p>`);
}

function notStable(whys: readonly string[]): Failure {
  return new Failure({
    headline: `${counted(whys.length, 'background process does', 'background processes do')} not stay up`,
    what: 'The background processes do not stay up',
    why: whys.join(', '),
    fix: readItsLog,
  });
}
