import { deleteAll, findToDelete, untilGone, waitUntilGone } from '../converge/remove.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { forgeService, removalSpan } from '../forge/service.ts';
import type { IdentityFields } from '../forge/spec.ts';
import { isLeaving } from '../forge/status.ts';
import { ForgeStore } from '../forge/store.ts';
import type { ForgeTarget } from '../forge/target.ts';
import type { Step } from '../runner/step.ts';
import { deleteFound } from './delete-found.ts';
import { describeAsked, readForgeDeleteInputs } from './inputs/delete.ts';
import { findForgeTarget } from './inputs/forge.ts';
import { showForgeDeletion } from './report/delete.ts';
import { forgeLine } from './report/forge.ts';
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
        : await findToDelete<IdentityFields, ForgeProcess>({ ...asked, siteId }, all, world);
    for (const process of found) step.log.info(forgeLine(process));
    const { serverName } = target;
    if (found.length === 0) step.log.info(`There is no ${what} on server ${serverName}`);
    await deleteFound(step, inputs, {
      ...{ found, what, on: ` on server ${serverName}` },
      names: asked.by === 'id' ? 'process-id' : 'command, user, directory and site',
      remove: () => deleteAll(found, world.store, world.runtime, (some) => untilGone(some, world)),
      show: (outcome, processes) => showForgeDeletion(step, outcome, what, processes, serverName),
    });
  });
}

type ForgeDeleteWorld = ReturnType<typeof openWorld>;

function openWorld(session: Session, target: ForgeTarget) {
  return {
    service: forgeService,
    store: new ForgeStore(session.client, target),
    runtime: session.runtime('processes'),
  };
}

/**
 * Finds a process by its id. If Forge is already removing the process, waits until it is gone and returns an empty
 * list.
 */
async function findPinned(id: string, world: ForgeDeleteWorld): Promise<readonly ForgeProcess[]> {
  const found = await world.store.findAny(id);
  if (found === undefined) return [];
  if (!isLeaving(found)) return [found];
  await waitUntilGone([found], world);
  return [];
}
