import { type Created, createOnce } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import { lookFor } from '../converge/patience.ts';
import { Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { poll, type Timing, waitingFor } from '../time.ts';
import { hasDrifted } from './drift.ts';
import { candidates, leaving, mayBeSought } from './identity.ts';
import type { ForgeProcess } from './process.ts';
import { describe, type ForgeSpec } from './spec.ts';
import { isLeaving } from './status.ts';
import type { ForgeStore } from './store.ts';

export interface ForgeWorld extends Timing {
  readonly store: ForgeStore;
  /** How long Forge may take to remove a process, in milliseconds. */
  readonly removalLimit: number;
  /** Told what is known by now, for the case that the run ends early; the last line counts. */
  did(line: string): void;
  warn(line: string): void;
  log(line: string): void;
}

/** Where the declared process is looked for. A site cannot be read from a process, but Forge can list by it. */
export async function listAlike({ siteId }: ForgeSpec, store: ForgeStore): Promise<Listing<ForgeProcess>> {
  return await store.list({ siteId });
}

/** How a creation ended: with a process, or with the server's word that the name is in use. */
export type Creating =
  | (Created<ForgeProcess> & { readonly kind: 'made' })
  /** `lost`: a request of this run was lost before, and it may be that which holds the name. */
  | { readonly kind: 'name-taken'; readonly refusal: HttpFailure; readonly lost: boolean };

/** Creates exactly once; `besides` is a process of the same identity that does not count. */
export async function createForge(
  spec: ForgeSpec,
  { store, removalLimit, ...world }: ForgeWorld,
  besides?: ForgeProcess,
): Promise<Creating> {
  let lost = false;
  try {
    const made = await createOnce<ForgeProcess>({
      ...world,
      what: describe(spec),
      list: () => listAlike(spec, store),
      find: (id) => store.find(id),
      send: async () => {
        const sent = await store.create(spec);
        lost ||= sent.kind === 'lost';
        return sent;
      },
      remove: (id) => store.remove(id),
      matching: (listed) =>
        candidates(
          spec,
          listed.filter(({ id }) => id !== besides?.id),
        ),
      inFull: (listed) => !hasDrifted(spec, listed),
      mayBe: ({ id, known }) => id !== besides?.id && mayBeSought(spec, known),
    });
    return { ...made, kind: 'made' };
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 422 || !error.fields.includes('name'))
      throw error;
    return { kind: 'name-taken', refusal: error, lost };
  }
}

/** How long a listing is watched for the process that holds a name, in milliseconds. */
const holderShows = 10_000;

/** Is it a process of this identity that holds the name? One that is being removed is waited for. */
export async function holdsName(spec: ForgeSpec, world: ForgeWorld): Promise<boolean> {
  const look = async () => {
    const { processes } = await listAlike(spec, world.store);
    return candidates(spec, processes)[0] ?? leaving(spec, processes)[0];
  };
  const holder = await lookFor(holderShows, look, (seen) => seen !== undefined, world);
  if (holder === undefined) return false;
  if (isLeaving(holder)) await untilGone(holder.id, world);
  return true;
}

/** What waiting for a removal needs. */
export type RemovalWorld = Timing &
  Pick<ForgeWorld, 'removalLimit' | 'log'> & { readonly store: { find(id: string): Promise<unknown> } };

/** Waits until a process that is being removed is gone. Throws a `Failure` when it takes too long. */
export async function untilGone(
  id: string,
  { store, removalLimit, log, ...timing }: RemovalWorld,
): Promise<void> {
  log(`Waiting until ${id} is removed`);
  const gone = await poll(async () => ((await store.find(id)) === undefined ? true : undefined), {
    ...waitingFor(timing, removalLimit),
    first: 1_000,
    longest: 8_000,
    onProgress: (seconds) => log(`${id} is still being removed after ${seconds} s`),
  });
  if (gone) return;
  throw new Failure({
    what: `Waiting until background process ${id} is removed`,
    why: `Forge was still at it after ${Math.round(removalLimit / 1000)} s`,
    fix: 'Run the job again when it is gone',
  });
}

export function nameTaken({ name }: ForgeSpec, refusal: Failure): Failure {
  return new Failure({
    what: `Creating the background process "${name}"`,
    why: `${refusal.why}. Another background process of this server has that name, most likely with another command, user or directory`,
    fix: 'Give another name, or leave name out, so that one is derived from what the process is',
  });
}
