import { paced } from '../converge/look.ts';
import type { OperationResult } from '../converge/result.ts';
import { waitAtGate } from '../forge/gate.ts';
import { notRunning } from '../forge/not-running.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { upWords } from '../forge/status.ts';
import { storeOn } from '../forge/store.ts';
import { html } from '../runner/html.ts';
import type { ForgeApplyInputs } from './inputs/forge-apply.ts';
import type { PlanReport } from './report/plan.ts';
import type { Session } from './session.ts';

/** With `wait-timeout`, waits until the new processes are up. Shows the result of the wait, or that there was none. */
export async function waitForNew(
  session: Session,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  fresh: readonly OperationResult<unknown, ForgeProcess>[],
): Promise<void> {
  if (inputs.wait > 0) await untilNewUp(session, inputs, fresh);
  const text =
    inputs.wait > 0
      ? html`<p>All new and replaced processes are running.</p>`
      : html`<p>Forge is starting the new processes. The step did not wait for them.</p>`;
  report.since(text);
}

/**
 * Waits until new processes are up in two reads in a row. Throws a `Failure` if a process is not up in time, or has
 * ended for good.
 */
async function untilNewUp(
  session: Session,
  { organization, wait }: ForgeApplyInputs,
  fresh: readonly OperationResult<unknown, ForgeProcess>[],
): Promise<void> {
  session.step.doing('waiting until the new processes run');
  const { client } = session.within(wait);
  const ofPlace = [...Map.groupBy(fresh, ({ operation }) => operation.place.id).values()];
  const look = async (): Promise<readonly ForgeProcess[]> => {
    const looks = ofPlace.map(async (results): Promise<readonly ForgeProcess[]> => {
      const [first] = results;
      if (first === undefined) return [];
      const processes = await storeOn(client, organization, first.operation.place).listAll();
      const seen = new Map(processes.map((process) => [process.id, process]));
      // A list may lag, so the gate waits for a missing process, too.
      return results.flatMap(({ process }) =>
        process === undefined ? [] : [seen.get(process.id) ?? { ...process, status: 'not there' }],
      );
    });
    return (await Promise.all(looks)).flat();
  };
  const done = fresh.every(({ outcome }) => outcome === 'replaced') ? 'Replaced' : 'Created';
  const waiting = session.waiting(wait);
  const { failure } = await waitAtGate(
    { statuses: upWords, minCount: 0, tell: ({ processes, after }) => notRunning(done, after, processes) },
    paced(look, waiting),
    waiting,
  );
  if (failure !== undefined) throw failure;
}
