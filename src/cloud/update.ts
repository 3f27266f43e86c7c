import { type Changes, describeChanges } from '../converge/compare.ts';
import { type Aligned, align, type Ensure, reportedChanges } from '../converge/ensure.ts';
import { lookFor, spans } from '../converge/look.ts';
import type { Reconciled, World } from '../converge/service.ts';
import { Cancelled, Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { drift, updateFor } from './compare.ts';
import type { ExistingProcess } from './process.ts';
import { describe, type PinnedSpec } from './spec.ts';

type CloudWorld = World<PinnedSpec, ExistingProcess>;

/** Updates a process to its declaration, and checks the result. Undefined if the process vanished. */
export async function update(
  spec: PinnedSpec,
  found: ExistingProcess,
  { store, runtime }: CloudWorld,
): Promise<Reconciled<ExistingProcess> | undefined> {
  const { id } = found;
  const changes = drift(spec, found);
  refuseBlindConfig(found, changes);
  const left = (process: ExistingProcess): Changes => reportedChanges(drift(spec, process));
  const isDone = (seen: ExistingProcess | undefined) =>
    seen?.id === id && Object.keys(left(seen)).length === 0;
  let updated: ExistingProcess | undefined;
  let isAccepted = false;
  try {
    updated = await store.update?.(id, updateFor(spec, found));
    isAccepted = true;
    // The response may show the old state, another process, or nothing: a read by id decides.
    if (!isDone(updated)) {
      const isOver = (seen: ExistingProcess | undefined) => seen === undefined || isDone(seen);
      updated = await lookFor(spans.updateShows, () => store.find(id), isOver, { runtime });
    }
  } catch (error) {
    // A read by id decides whether the process is gone, and whether a lost request took effect.
    const isOpen = error instanceof HttpFailure && !isAccepted && (error.status === 404 || error.isLost);
    const now = isOpen ? await store.find(id).catch(() => null) : null;
    if (now === undefined) return undefined;
    if (now !== null && isDone(now)) return { process: now };
    if (isAccepted || mayHaveActed(error))
      runtime.checkpoint(`whether ${describeChanges(changes)} of ${id} took effect`, 'unknown');
    throw error instanceof HttpFailure ? notUpdated(found, error) : error;
  }
  if (updated === undefined) return undefined;
  if (!isDone(updated)) throw notApplied(id, left(updated));
  return { process: updated };
}

/** Refuses new options for a process in doubt: the request sends all, and unknown ones could get lost. */
function refuseBlindConfig({ id, doubt }: ExistingProcess, changes: Changes): void {
  if (doubt === undefined || !Object.keys(changes).some((field) => field.startsWith('config.'))) return;
  throw new Failure({
    what: `Updating background process ${id}`,
    why: `${doubt}, so an update of its options could lose some of them`,
    fix: 'Nothing was changed. Change its options in the dashboard, or declare only processes',
  });
}

/** Returns the failure of an update, with the process's name in the headline. */
function notUpdated(found: ExistingProcess, error: HttpFailure): HttpFailure {
  const name = describe(found);
  const headline =
    error.status === undefined || error.arrival === 'maybe'
      ? `The ${name} could not be updated: ${error.reason}`
      : `Laravel Cloud refused the update of the ${name}`;
  return error.asFinal({ headline, details: `${found.id}: ${error.why}` });
}

function mayHaveActed(error: unknown): boolean {
  if (error instanceof Cancelled) return error.mayHaveActed;
  return error instanceof HttpFailure && error.arrival === 'maybe';
}

function notApplied(id: string, left: Changes): Failure {
  const fields = Object.entries(left).map(
    ([field, { from, to }]) => `${field} is ${JSON.stringify(from)} and not ${JSON.stringify(to)}`,
  );
  return new Failure({
    what: `Updating background process ${id}`,
    headline: 'Laravel Cloud accepted the update, but did not apply it',
    details: `${id}: ${fields.join(', ')}`,
    why: `the update was accepted but not applied: ${fields.join(', ')}`,
    fix: 'Change it in the dashboard once, or delete the process so that the next run creates it as declared',
  });
}

export interface EnsurePinned extends Ensure<PinnedSpec> {
  readonly id: string;
  readonly ifExists: 'update' | 'reuse';
}

/** Updates the process of an id to its declaration. Throws a `Failure` if it does not exist, or has another type. */
export async function ensurePinned(
  wanted: EnsurePinned,
  world: CloudWorld,
): Promise<Aligned<ExistingProcess>> {
  const { id, spec } = wanted;
  const found = await world.store.find(id);
  if (found === undefined) throw notFound(id);
  if (found.type !== spec.type) {
    const types = `is of type ${found.type || 'unknown'}, and not ${spec.type}`;
    throw new Failure({
      what: `Background process ${id}`,
      headline: `The background process ${types}`,
      details: `It is ${id}`,
      why: `it ${types}`,
      fix: 'A process cannot change its type: correct type or process-id',
    });
  }
  const aligned = await align(wanted, found, world);
  if (aligned === undefined) throw notFound(id);
  return aligned;
}

function notFound(id: string): Failure {
  return new Failure({
    what: `No background process has the id "${id}"`,
    why: 'somebody has deleted it, or the token cannot see it',
    fix: 'Check process-id, or leave it out so that the step finds it by its command or queues',
  });
}
