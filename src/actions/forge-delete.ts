import { deleteFailure } from '../converge/remove.ts';
import { Failure } from '../failure.ts';
import { deleteForSure, type ForgeDeleteWorld, findToDelete } from '../forge/delete.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { removalLimit } from '../forge/service.ts';
import { ForgeProcessStore } from '../forge/store.ts';
import type { ForgeTarget } from '../forge/target.ts';
import type { HttpClient } from '../http/client.ts';
import type { Step } from '../runner/step.ts';
import { raceLimit, withClient, workDeadline } from './inputs/connection.ts';
import { findForgeTarget } from './inputs/forge.ts';
import { describeAsked, type ForgeDeleteInputs, readForgeDeleteInputs } from './inputs/forge-delete.ts';
import { type DeleteOutcome, showForgeAbsent, showForgeDeleted } from './report/forge-delete.ts';
import { forgeLine, idsJson } from './report/forge-table.ts';

/** Makes a background process of a Forge server not exist. */
export async function runForgeDelete(step: Step): Promise<void> {
  const inputs = readForgeDeleteInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const target = await findForgeTarget(step, client, inputs.target);
    const what = describeAsked(inputs.asked, inputs.target.site);
    step.doing(`deleting the ${what}`);
    const world = openWorld(step, client, inputs, target);
    const { asked, all } = inputs;
    const { siteId } = target;
    const found = await findToDelete(asked.by === 'id' ? asked : { ...asked, siteId }, all, world);
    for (const process of found) step.log.info(forgeLine(process));
    const tell = (outcome: DeleteOutcome, processes: readonly ForgeProcess[]): void => {
      step.output({ outcome, 'ids-json': idsJson(processes), count: String(processes.length) });
      showForgeDeleted(step, outcome, processes, target.serverName);
    };
    if (found.length === 0) {
      tell('absent', []);
      refuseMissing(step, inputs, what, target);
    } else if (inputs.dryRun) tell('would-delete', found);
    else await deleteFound(step, world, found, tell);
  });
}

function openWorld(
  step: Step,
  client: HttpClient,
  { connection }: ForgeDeleteInputs,
  target: ForgeTarget,
): ForgeDeleteWorld {
  const patient = client.within(workDeadline(step, connection, raceLimit + removalLimit));
  return {
    ...step,
    clock: client.clock,
    store: new ForgeProcessStore(patient, target),
    removalLimit,
    did: (line) => step.did('processes', line),
    log: (line) => step.log.info(line),
  };
}

function refuseMissing(
  step: Step,
  { ifMissing }: ForgeDeleteInputs,
  what: string,
  { serverName }: ForgeTarget,
): void {
  step.log.info(`There is no ${what} on server ${serverName}`);
  if (ifMissing === 'ignore') {
    showForgeAbsent(step, what, serverName);
    return;
  }
  throw new Failure({
    what: 'Nothing to delete',
    why: `there is no ${what} on ${serverName}`,
    fix: 'Check command, user, directory and site, or process-id. To allow that, set if-missing: ignore',
  });
}

async function deleteFound(
  step: Step,
  world: ForgeDeleteWorld,
  found: readonly ForgeProcess[],
  tell: (outcome: DeleteOutcome, processes: readonly ForgeProcess[]) => void,
): Promise<void> {
  const result = await deleteForSure(found, world);
  const { deleted } = result;
  tell(deleted.length > 0 ? 'deleted' : '', deleted);
  const failure = deleteFailure(result);
  if (failure !== undefined) throw failure;
  step.log.info(`Deleted ${deleted.map(({ id }) => id).join(', ')}`);
}
