import { Failure } from '../failure.ts';
import { HttpFailure } from '../http/http-failure.ts';
import { type Created, createOnce } from '../processes/create-once.ts';
import type { Changes } from '../processes/drift.ts';
import type { RaceDelays } from '../processes/race-delays.ts';
import type { Deadline } from '../time/deadline.ts';
import { poll, type Timing } from '../time/poll.ts';
import { candidates, leaving } from './identity.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeStore } from './process-store.ts';
import { describe, type ForgeSpec } from './spec.ts';

export interface ForgeWorld {
  readonly store: ForgeStore;
  readonly delays: RaceDelays;
  /** For removals, which take their time on the server. */
  readonly removal: Timing & {
    /** Begins when the wait does. */
    readonly deadline: () => Deadline;
  };
  /** Told what is known by now, for the case that the run ends before it can report; the last line counts. */
  did(line: string): void;
  log(line: string): void;
}

/** What to do when several processes match. */
export const tellApart =
  'Delete those that are not wanted, or tell them apart: by directory, by user, or by site if they belong to one';

/** Where a process differs visibly from what was declared. */
export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}

export function hasDrifted(spec: ForgeSpec, process: ForgeProcess): boolean {
  return Object.keys(drift(spec, process)).length > 0;
}

/** Where the declared process is looked for. A site cannot be read from a process, but Forge can list by it. */
export async function listAlike({ siteId }: ForgeSpec, store: ForgeStore): Promise<readonly ForgeProcess[]> {
  return (await store.list({ siteId })).processes;
}

/** How a creation ended: with a process, or with the server's word that the name is in use. */
export type Creating =
  | (Created<ForgeProcess> & { readonly kind: 'made' })
  /** `lost`: a request of this run was lost before, and it may be that which holds the name. */
  | { readonly kind: 'name-taken'; readonly refusal: HttpFailure; readonly lost: boolean };

/** Creates exactly once; `besides` is a process of the same identity that does not count. */
export async function createForge(
  spec: ForgeSpec,
  before: readonly ForgeProcess[],
  { store, delays, did, log }: ForgeWorld,
  besides?: ForgeProcess,
): Promise<Creating> {
  let lost = false;
  try {
    const made = await createOnce<ForgeProcess>({
      what: describe(spec),
      before,
      list: () => listAlike(spec, store),
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
      tellApart,
      delays,
      did,
      log,
    });
    return { ...made, kind: 'made' };
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 422 || !error.fields.includes('name'))
      throw error;
    return { kind: 'name-taken', refusal: error, lost };
  }
}

/** Is it a process of this identity that holds the name? One that is being removed is waited for. */
export async function holdsName(spec: ForgeSpec, world: ForgeWorld): Promise<boolean> {
  for (const pause of [0, ...world.delays.lost()]) {
    await world.delays.wait(pause);
    const listed = await listAlike(spec, world.store);
    if (candidates(spec, listed).length > 0) return true;
    const [last] = leaving(spec, listed);
    if (last !== undefined) {
      await untilGone(last.id, world);
      return true;
    }
  }
  return false;
}

/** Waits until a process that is being removed is gone. Throws a `Failure` when it takes too long. */
export async function untilGone(
  id: string,
  {
    store,
    removal,
    log,
  }: Pick<ForgeWorld, 'removal' | 'log'> & { readonly store: { find(id: string): Promise<unknown> } },
): Promise<void> {
  log(`Waiting until ${id} is removed`);
  const deadline = removal.deadline();
  const gone = await poll(async () => ((await store.find(id)) === undefined ? true : undefined), {
    ...removal,
    deadline,
    first: 1_000,
    longest: 8_000,
    onProgress: (seconds) => log(`${id} is still being removed after ${seconds} s`),
  });
  if (gone) return;
  throw new Failure({
    what: `Waiting until background process ${id} is removed`,
    why: `Forge was still at it after ${Math.round(deadline.span / 1000)} s`,
    fix: 'Run the job again when it is gone',
  });
}

export function nameTaken({ name }: ForgeSpec, refusal: Failure): Failure {
  return new Failure({
    what: `Creating the background process "${name}"`,
    why: `${refusal.why}. Another background process of this server, with another command, user or directory, has that name`,
    fix: 'Give another name, or leave name out, so that one is derived from what the process is',
  });
}
