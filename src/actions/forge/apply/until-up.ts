import { type Sighted, waitAtGate } from '../../../forge/gate.ts';
import type { PlacedProcess } from '../../../forge/process.ts';
import type { HttpClient } from '../../../http/client.ts';
import type { OperationResult } from '../../../processes/plan/result.ts';
import type { Step } from '../../../runner/step.ts';
import { waitingFor } from '../../../time/poll.ts';
import { workDeadline } from '../../shared/connection.ts';
import type { ForgeApplyInputs } from './inputs.ts';
import { storeOf } from './read-and-plan.ts';

/** Waits until new processes are up, and stay so. Throws a `Failure` when one is not, or ends for good. */
export async function untilUp(
  step: Step,
  client: HttpClient,
  { connection, organization, wait }: ForgeApplyInputs,
  fresh: readonly OperationResult<unknown, PlacedProcess>[],
): Promise<void> {
  step.doing('waiting until what is new is up');
  const patient = client.within(workDeadline(step, connection, wait));
  const ofPlace = [...Map.groupBy(fresh, ({ operation }) => operation.place.id).values()];
  const look = async (): Promise<Sighted> => {
    const looks = ofPlace.map(async (results): Promise<readonly PlacedProcess[]> => {
      const [first] = results;
      if (first === undefined) return [];
      const { processes } = await storeOf(patient, organization, first.operation.place).list();
      const seen = new Map(processes.map((process) => [process.id, process]));
      // One that is not there is waited for like any other: a list may lag behind.
      return results.flatMap(({ process }) =>
        process === undefined ? [] : [seen.get(process.id) ?? { ...process, status: 'not there' }],
      );
    });
    return { processes: (await Promise.all(looks)).flat(), unreadable: [] };
  };
  const { failure } = await waitAtGate(
    { statuses: ['running', 'installed'], minCount: 0, demand: 'what is new must run' },
    look,
    { ...waitingFor(step, wait), log: (line) => step.log.info(line) },
  );
  if (failure !== undefined) throw failure;
}
