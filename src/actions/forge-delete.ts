import { timeWithOthers } from '../converge/pace.ts';
import { deleteAll, findToDelete, waitUntilGone } from '../converge/remove.ts';
import { forge, forgePace, forgeService, removalSpan } from '../forge/service.ts';
import type { ForgeProcess } from '../forge/shapes.ts';
import type { IdentityFields } from '../forge/spec.ts';
import { isLeaving } from '../forge/status.ts';
import { ForgeStore } from '../forge/store.ts';
import type { ForgeTarget, ForgeTargetName } from '../forge/target.ts';
import { code, html, prose } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { deleteFound, readDeletion } from './delete-found.ts';
import { readConnection } from './inputs/connection.ts';
import { findForgeTarget, readForgeTarget, readLine, readProcessId } from './inputs/forge.ts';
import { forgeLine, forgeTable } from './report/forge.ts';
import { raceLimit, type Session, withSession } from './session.ts';

/** Deletes a background process of a Forge server, if it exists. */
export async function runForgeDelete(step: Step): Promise<void> {
  const inputs = readInputs(step);
  const { toDelete, all } = inputs;
  await withSession(step, inputs.connection, async (session) => {
    const target = await findForgeTarget(session, inputs.target);
    const { server, siteId } = target;
    const what = describeAsked(toDelete, inputs.target.site);
    step.doing(`deleting the ${what}`);
    const world = openWorld(session, target);
    const found =
      'id' in toDelete
        ? await findPinned(toDelete.id, world)
        : await findToDelete<IdentityFields, ForgeProcess>({ ...toDelete, siteId }, all, world);
    for (const process of found) step.log.info(forgeLine(process));
    if (found.length === 0) step.log.info(`There is no ${what} on server ${server.name}`);
    await deleteFound(step, inputs, {
      ...{ found, what, on: ` on server ${server.name}` },
      names: 'id' in toDelete ? 'process-id' : 'command, user, directory and site',
      whatHtml: prose(what),
      onHtml: html` on server ${code(server.name)}`,
      nameOf: ({ command }) => code(command),
      remove: () => deleteAll(found, openWorld(session, target, found.length)),
      deleted: ['done', 'Deleted'],
      next: html``,
      show: (processes, next) => step.summarize(html`${forgeTable(processes, 'no status')}${next}`),
    });
  });
}

/** The process to delete. The site is not part of it: the step looks the site up later. */
type ToDelete = { readonly id: string } | Pick<IdentityFields, 'command' | 'user' | 'directory'>;

function readInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, forge);
  const target = readForgeTarget(inputs);
  const read = {
    connection,
    target,
    toDelete: readToDelete(inputs, target),
    ...readDeletion(inputs),
  };
  inputs.done();
  return read;
}

/** Reads the process to delete. Notes a problem if no input names a process. */
function readToDelete(inputs: Inputs, { site }: ForgeTargetName): ToDelete {
  const command = readLine(inputs, 'command');
  const [user, directory] = [readLine(inputs, 'user'), readLine(inputs, 'directory')];
  const id = readProcessId(inputs, { command, user, directory, site });
  if (id !== undefined) return { id };
  if (command === undefined)
    inputs.problem(
      'command',
      'is needed, or process-id. If several processes have this command, set user, directory or site, too',
    );
  return { command: command ?? '', user, directory };
}

/** Describes the process: `process "php8.4 artisan horizon" of user forge`. */
function describeAsked(asked: ToDelete, site: string | undefined): string {
  if ('id' in asked) return `background process ${asked.id}`;
  const { command, user, directory } = asked;
  const parts = [
    user === undefined ? [] : [`of user ${user}`],
    directory === undefined ? [] : [`in ${directory}`],
    site === undefined ? [] : [`of the site ${site}`],
  ].flat();
  return [`process ${JSON.stringify(command)}`, ...parts].join(' ');
}

type ForgeDeleteWorld = ReturnType<typeof openWorld>;

/** `changes`: the number of processes to delete. */
function openWorld(session: Session, target: ForgeTarget, changes = 0) {
  const patient = session.within(raceLimit + removalSpan + timeWithOthers(changes, forgePace));
  return {
    service: forgeService,
    store: new ForgeStore(patient.client, target),
    runtime: patient.runtime('processes'),
  };
}

/** Finds a process by its id. Empty if Forge is removing it already: then waits until it is gone. */
async function findPinned(id: string, world: ForgeDeleteWorld): Promise<readonly ForgeProcess[]> {
  const found = await world.store.findAny(id);
  if (found === undefined) return [];
  if (!isLeaving(found)) return [found];
  await waitUntilGone([found], world);
  return [];
}
