import { deleteAll, deleteFailure, findToDelete, untilGone, waitUntilGone } from '../converge/remove.ts';
import { Failure } from '../failure.ts';
import { couldBe, identityOf, type Sought } from '../forge/identity.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { forgeService, removalSpan } from '../forge/service.ts';
import { describe } from '../forge/spec.ts';
import { isLeaving } from '../forge/status.ts';
import { ForgeStore } from '../forge/store.ts';
import type { ForgeTarget } from '../forge/target.ts';
import type { Step } from '../runner/step.ts';
import { findForgeTarget } from './inputs/forge.ts';
import { describeAsked, type ForgeDeleteInputs, readForgeDeleteInputs } from './inputs/forge-delete.ts';
import { type DeleteOutcome, showForgeAbsent, showForgeDeleted } from './report/forge-delete.ts';
import { forgeLine, idsJson } from './report/forge-table.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Deletes a background process of a Forge server, if it exists. */
export async function runForgeDelete(step: Step): Promise<void> {
  const inputs = readForgeDeleteInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const target = await findForgeTarget(session, inputs.target);
    const what = describeAsked(inputs.asked, inputs.target.site);
    step.doing(`deleting the ${what}`);
    const world = openWorld(session.within(raceLimit + removalSpan), target);
    const { asked, all } = inputs;
    const { siteId } = target;
    const found =
      asked.by === 'id'
        ? await findPinned(asked.id, world)
        : await findToDelete({ ...asked, siteId }, all, world);
    for (const process of found) step.log.info(forgeLine(process));
    const tell = (outcome: DeleteOutcome, processes: readonly ForgeProcess[]): void => {
      step.output({ outcome, 'ids-json': idsJson(processes), count: String(processes.length) });
      showForgeDeleted(step, outcome, processes, target.serverName);
    };
    if (found.length === 0) {
      tell('absent', []);
      refuseMissing(step, inputs, what, target);
    } else if (inputs.dryRun) tell('would-delete', found);
    else await deleteFound(world, found, tell);
  });
}

type ForgeDeleteWorld = ReturnType<typeof openWorld>;

function openWorld(session: Session, target: ForgeTarget) {
  return {
    service: { ...forgeService, identityOf, couldBe, describe: (sought: Sought) => describe(sought) },
    store: new ForgeStore(session.client, target),
    runtime: session.runtime('processes'),
  };
}

/** The one process of an id; none where it is being removed already, once that is over. */
async function findPinned(id: string, world: ForgeDeleteWorld): Promise<readonly ForgeProcess[]> {
  const found = await world.store.findAny(id);
  if (found === undefined) return [];
  if (!isLeaving(found)) return [found];
  await waitUntilGone([found], world);
  return [];
}

function refuseMissing(
  step: Step,
  { asked, ifMissing }: ForgeDeleteInputs,
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
    fix: `Check ${asked.by === 'id' ? 'process-id' : 'command, user, directory and site'}. To allow that, set if-missing: ignore`,
  });
}

async function deleteFound(
  world: ForgeDeleteWorld,
  found: readonly ForgeProcess[],
  tell: (outcome: DeleteOutcome, processes: readonly ForgeProcess[]) => void,
): Promise<void> {
  const { store, runtime } = world;
  const result = await deleteAll(found, store, runtime, (asked) => untilGone(asked, world));
  const { deleted } = result;
  tell(deleted.length > 0 ? 'deleted' : '', deleted);
  const failure = deleteFailure(result);
  if (failure !== undefined) throw failure;
}
