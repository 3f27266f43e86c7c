import { foldCommand } from '../converge/identity.ts';
import type { Listing } from '../converge/listing.ts';
import { readTwice, refuseUnreadable } from '../converge/listing.ts';
import { type Deleted, deleteAll } from '../converge/remove.ts';
import { type Sighting, settle } from '../converge/settle.ts';
import { Failure } from '../failure.ts';
import { poll, type Timing, waitingFor } from '../time.ts';
import { foldDirectory, mayBeSought } from './identity.ts';
import type { ForgeProcess } from './process.ts';
import { isLeaving } from './status.ts';
import type { ForgeStore } from './store.ts';

/** What is to be deleted: one process by its id, or those of a command and of what else is given. */
export type ForgeDeleteTarget =
  | { readonly by: 'id'; readonly id: string }
  | {
      readonly by: 'command';
      readonly command: string;
      readonly user: string | undefined;
      readonly directory: string | undefined;
      readonly siteId: string | undefined;
    };

export interface ForgeDeleteWorld extends Timing {
  readonly store: Pick<ForgeStore, 'list' | 'find' | 'remove'>;
  /** How long Forge may take for a removal, in milliseconds. */
  readonly removalLimit: number;
  /** Told what is known by now, for the case that the run ends before it can report. */
  did(line: string): void;
  log(line: string): void;
}

/** Finds what is to be deleted, once what is being removed already is gone. Throws a `Failure` for more than one, unless all are meant. */
export async function findToDelete(
  target: ForgeDeleteTarget,
  all: boolean,
  world: ForgeDeleteWorld,
): Promise<readonly ForgeProcess[]> {
  const lookAgain = () => look(target, all, world);
  const first = await lookAgain();
  const { found } = all ? first : await settle(first, lookAgain, world);
  const toDelete = staying(found);
  if (toDelete.length > 1 && !all) throw severalMatch(toDelete);
  if (toDelete.length === 0) await refuseToLinger(found, world);
  return toDelete;
}

/** Deletes them and waits until they are gone: Forge removes a process some time after it has said yes. */
export async function deleteForSure(
  found: readonly ForgeProcess[],
  world: ForgeDeleteWorld,
): Promise<Deleted<ForgeProcess>> {
  const accepted = await deleteAll(found, { store: world.store, log: () => undefined });
  const ids = accepted.deleted.map(({ id }) => id).join(', ');
  if (ids !== '') world.did(`asked Forge to delete ${ids}`);
  const lingering = await untilGone(accepted.deleted, world);
  const error = `Forge was still removing it after ${Math.round(world.removalLimit / 1000)} s`;
  return {
    deleted: accepted.deleted.filter(({ id }) => !lingering.has(id)),
    left: [
      ...accepted.left,
      ...accepted.deleted.filter(({ id }) => lingering.has(id)).map((process) => ({ process, error })),
    ],
  };
}

interface Sight extends Sighting {
  readonly found: readonly ForgeProcess[];
}

async function look(target: ForgeDeleteTarget, all: boolean, world: ForgeDeleteWorld): Promise<Sight> {
  if (target.by === 'id') {
    const process = await world.store.find(target.id);
    return { found: process === undefined ? [] : [process], contested: [], serverTime: undefined };
  }
  const { command, user, directory, siteId } = target;
  const list = () => world.store.list({ siteId });
  const matching = (processes: readonly ForgeProcess[]) =>
    processes.filter(
      (process) =>
        foldCommand(process.command) === foldCommand(command) &&
        (user === undefined || process.user === user) &&
        (directory === undefined || foldDirectory(process.directory) === foldDirectory(directory)),
    );
  let listing = await list();
  // Nothing is called absent after one look.
  if (matching(listing.processes).length === 0) listing = await readTwice(listing, list, world);
  const found = matching(listing.processes);
  if (all || staying(found).length === 0)
    refuseUnreadable(`process "${command}"`, listing.unreadable, (known) => mayBeSought(target, known));
  const contested = staying(found).length > 1 ? staying(found) : [];
  return { found, contested, serverTime: listing.serverTime };
}

function staying(found: readonly ForgeProcess[]): readonly ForgeProcess[] {
  return found.filter((process) => !isLeaving(process));
}

async function refuseToLinger(leaving: readonly ForgeProcess[], world: ForgeDeleteWorld): Promise<void> {
  const lingering = await untilGone(leaving, world);
  if (lingering.size === 0) return;
  throw new Failure({
    what: `Waiting until background process ${[...lingering].join(', ')} is removed`,
    why: `Forge was still at it after ${Math.round(world.removalLimit / 1000)} s`,
    fix: 'Run the job again when it is gone',
  });
}

/** Waits until none of them is there any more. Gives the ids of those that are there still when the time is over. */
async function untilGone(
  processes: readonly ForgeProcess[],
  { store, removalLimit, log, ...timing }: ForgeDeleteWorld,
): Promise<ReadonlySet<string>> {
  let left: ReadonlySet<string> = new Set(processes.map(({ id }) => id));
  if (left.size === 0) return left;
  const lookAgain = async (): Promise<true | undefined> => {
    const [only, ...others] = left;
    const there =
      only !== undefined && others.length === 0
        ? [await store.find(only)].flatMap((process) => process ?? [])
        : allOf(await store.list());
    left = new Set(there.map(({ id }) => id).filter((id) => left.has(id)));
    return left.size === 0 ? true : undefined;
  };
  await poll(lookAgain, {
    ...waitingFor(timing, removalLimit),
    first: 1_000,
    longest: 8_000,
    onProgress: (seconds) => log(`${[...left].join(', ')} is still being removed after ${seconds} s`),
  });
  return left;
}

/** Also those that are not understood: they are there. */
function allOf({ processes, unreadable }: Listing<ForgeProcess>): readonly { readonly id: string }[] {
  return [...processes, ...unreadable];
}

function severalMatch(found: readonly ForgeProcess[]): Failure {
  const lines = found
    .slice(0, 20)
    .map(
      ({ id, user, directory, processes, status, createdAt }) =>
        `- ${id}: user ${user}, directory ${directory ?? 'none'}, ${processes} processes, ${status}, created ${createdAt ?? 'at an unknown time'}`,
    );
  if (found.length > lines.length) lines.push(`- and ${found.length - lines.length} more`);
  return new Failure({
    what: 'The background process to delete',
    why: `${found.length} match, and only one is to be deleted\n${lines.join('\n')}\n`,
    fix: 'Nothing was deleted. Tell them apart with user, directory or site, name the one that is meant with process-id, or delete them all with all: true',
  });
}
