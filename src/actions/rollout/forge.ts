import { paced } from '../../converge/look.ts';
import type { OperationResult } from '../../converge/plan.ts';
import { Failure } from '../../failure.ts';
import type { ForgeProcess } from '../../forge/shapes.ts';
import {
  remedyFor,
  type StatusSource,
  type Steadiness,
  upWords,
  waitAtGate,
  watchStatus,
} from '../../forge/status.ts';
import { ForgeStore } from '../../forge/store.ts';
import { html } from '../../runner/html.ts';
import { counted } from '../../text.ts';
import { inSeconds } from '../../time.ts';
import { declaredIn } from '../apply/carry-out.ts';
import type { ForgeApplyInputs } from '../inputs/apply.ts';
import type { PlanReport } from '../report/plan.ts';
import type { Session } from '../session.ts';

type Declared = ReturnType<typeof declaredIn<ForgeProcess>>;

/**
 * With `wait-timeout`, waits until new processes are up in two reads in a row. Throws a `Failure` if a process is not up
 * in time, or has ended for good. Shows the result of the wait, or that there was none.
 */
export async function waitForNew(
  session: Session,
  { organization, wait, stableFor }: ForgeApplyInputs,
  report: PlanReport,
  fresh: readonly OperationResult<unknown, ForgeProcess>[],
): Promise<void> {
  if (wait === 0) {
    // With `stable-for`, the step watches them next.
    if (stableFor > 0) return;
    const next = html`<p>Forge is starting the new processes. The step did not wait for them.</p>`;
    return report.update({ next });
  }
  session.step.doing('waiting until the new processes run');
  const declared = declaredIn(fresh);
  const read = readerOf(session.within(wait), organization, declared);
  const look = async (): Promise<readonly ForgeProcess[]> => {
    const seen = new Map((await read()).map((process) => [process.id, process]));
    return declared.map(({ process }) => seen.get(process.id) ?? { ...process, status: 'gone' });
  };
  const waiting = session.waiting(wait);
  const count = (processes: number): string => counted(processes, 'new process', 'new processes');
  const gate = { statuses: upWords, minCount: 0, count };
  const { failure } = await waitAtGate(gate, paced(look, waiting), waiting);
  if (failure !== undefined) throw failure;
  report.update({ next: html`<p>All new and replaced processes have started.</p>` });
}

/** Returns a function that reads processes from the lists of their servers, and by their ids if a list lacks one. */
export function readerOf(
  { client }: Session,
  organization: string,
  declared: Declared,
): () => Promise<readonly ForgeProcess[]> {
  const ofPlace = [...new Map(declared.map(({ place }) => [place.id, place])).values()].map((place) => ({
    store: new ForgeStore(client, { organization, server: place }),
    ids: declared.flatMap((each) => (each.place.id === place.id ? each.process.id : [])),
  }));
  return async () => {
    const looks = ofPlace.map(async ({ store, ids }) => await store.complete(await store.listAll(), ids));
    return (await Promise.all(looks)).flat();
  };
}

/** Reads the status of processes repeatedly, and sets `stable`. Throws a `Failure` if one does not stay up. */
export async function proveForgeStable(
  { step, client, shared: { pacer } }: Session,
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
  if (failed.length > 0) throw notStable(failed);
  for (const { why } of unknown) step.warn(`${why}.`);
  if (unknown.length === 0) step.summarize(html`<p><strong>Stable:</strong> up for ${inSeconds(span)}.</p>`);
}

function notStable(failed: readonly Steadiness[]): Failure {
  return new Failure({
    headline: `${counted(failed.length, 'background process does', 'background processes do')} not stay up`,
    what: 'The background processes do not stay up',
    why: failed.map(({ why }) => why).join('; '),
    fix: remedyFor(failed.map(({ process }) => process)),
  });
}
