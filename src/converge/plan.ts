import { Failure } from '../failure.ts';
import { bullets, firstOf, maxLines } from '../text.ts';
import { type Changes, hasChanges, type Settings } from './compare.ts';
import { doubtText, type Existing, type Listing } from './listing.ts';
import { type Contest, leftByReplacement, matchAll } from './match.ts';
import { doubtfulAmong, type Service, type World } from './service.ts';
import { settle } from './settle.ts';

/** A place where processes run: an instance of Laravel Cloud, a server of Forge. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** The name of its environment, in a plan for several. */
  readonly within?: string | undefined;
  /** A note for the plan, such as `2–4 replicas`. */
  readonly note?: string | undefined;
}

/** Returns `App`, or `production, App` in a plan for several environments. */
export function placeName({ name, within }: Place): string {
  return within === undefined ? name : `${within}, ${name}`;
}

/** The declarations of a place, of different identity, and its existing processes. */
export interface PlaceState<S, P> {
  readonly place: Place;
  readonly declared: readonly S[];
  readonly listing: Listing<P>;
}

/** One line of a plan. Code that only shows plans needs no type parameters. */
export type Operation<S = unknown, P extends Existing = Existing> = {
  readonly place: Place;
  /** The process in a few words: `worker on queue high,default`. */
  readonly subject: string;
  /** The settings of the process, or of a new one, also of one that replaces it. */
  readonly settings: Settings;
} & (
  | { readonly action: 'create'; readonly spec: S }
  | { readonly action: 'update'; readonly spec: S; readonly process: P; readonly changes: Changes }
  /** As `update`, for a service that cannot update processes. */
  | { readonly action: 'replace'; readonly spec: S; readonly process: P; readonly changes: Changes }
  | { readonly action: 'keep'; readonly spec: S; readonly process: P }
  /** `leftOf`: the declaration whose interrupted replacement has left this process. */
  | { readonly action: 'delete'; readonly process: P; readonly leftOf?: S }
  /** It exists, but is not declared: the step keeps it. */
  | { readonly action: 'undeclared'; readonly process: P }
);

export type Action = Operation['action'];

export type OperationOf<A extends Action, S = unknown, P extends Existing = Existing> = Extract<
  Operation<S, P>,
  { action: A }
>;

export type Upsert<S, P extends Existing> = OperationOf<'create' | 'update' | 'replace', S, P>;

export function isUpsert<S, P extends Existing>(operation: Operation<S, P>): operation is Upsert<S, P> {
  return operation.action === 'create' || operation.action === 'update' || operation.action === 'replace';
}

/** Returns the existing process of an operation; undefined if there is none yet. */
export function processIn<P extends Existing>(operation: Operation<unknown, P>): P | undefined {
  return 'process' in operation ? operation.process : undefined;
}

export interface Plan<S, P extends Existing> {
  /** Place by place: declarations in their order, then undeclared processes. */
  readonly operations: readonly Operation<S, P>[];
  /** Declarations with more matches than declared: it may be a race that will settle. */
  readonly contested: readonly PlacedContest<S, P>[];
  readonly ambiguous: readonly PlacedContest<S, P>[];
  /** Missing processes that may exist as a process in doubt. */
  readonly doubts: readonly Doubt<P>[];
}

/** A declaration without a match, and the processes in doubt that it could be. */
export interface Doubt<P> {
  readonly place: Place;
  readonly subject: string;
  readonly found: readonly P[];
}

interface PlacedContest<S, P> extends Contest<S, P> {
  readonly place: Place;
}

/** Plans the operations. Without `prune`, deletes only the old process of an interrupted replacement. */
export function planFor<S, P extends Existing>(
  states: readonly PlaceState<S, P>[],
  service: Service<S, P>,
  { prune }: { readonly prune: boolean },
): Plan<S, P> {
  const operations: Operation<S, P>[] = [];
  const contested: PlacedContest<S, P>[] = [];
  const ambiguous: PlacedContest<S, P>[] = [];
  const doubts: Doubt<P>[] = [];
  for (const { place, declared, listing } of states) {
    const existing = listing.processes;
    const sure = existing.filter(({ doubt }) => doubt === undefined);
    const matching = matchAll(declared, sure, service);
    const paired = new Set(matching.pairs.values());
    /** The old processes of interrupted replacements, with their declarations. */
    const left = new Map(
      matching.contested.flatMap(({ spec, found, extra }) => {
        const old = extra && leftByReplacement(spec, found, service)?.left;
        return old === undefined ? [] : [[old, spec] as const];
      }),
    );
    const goes = (process: P) => prune || left.has(process);
    operations.push(
      ...declared.map((spec) => declaredOperation(place, spec, matching.pairs.get(spec), service)),
      ...existing
        .filter((process) => !paired.has(process))
        .map((process) => undeclaredOperation(place, process, service, goes(process), left.get(process))),
    );
    for (const spec of declared) {
      const paired = matching.pairs.get(spec);
      const found =
        paired === undefined ? doubtfulAmong(spec, existing, service) : notReplaceable(spec, paired, service);
      if (found.length > 0) doubts.push({ place, subject: service.describe(spec), found });
    }
    const contests = matching.contested.map((contest) => ({ ...contest, place }));
    contested.push(...contests);
    ambiguous.push(...contests.filter(({ extra }) => !extra?.every(goes)));
  }
  return { operations, contested, ambiguous, doubts };
}

/** Returns a process that drifted, if the new process could not take over its unknown field. */
function notReplaceable<S, P extends Existing>(spec: S, process: P, service: Service<S, P>): readonly P[] {
  const drifted = service.onDrift === 'replace' && hasChanges(service.drift(spec, process));
  return drifted && process.vague !== undefined ? [process] : [];
}

function declaredOperation<S, P extends Existing>(
  place: Place,
  spec: S,
  process: P | undefined,
  service: Service<S, P>,
): Operation<S, P> {
  const subject = service.describe(spec);
  if (process === undefined)
    return { action: 'create', place, subject, settings: service.settingsOf(spec), spec };
  const about = { place, subject, settings: service.settingsOfExisting(process), spec, process };
  const changes = service.drift(spec, process);
  if (!hasChanges(changes)) return { action: 'keep', ...about };
  return service.onDrift === 'update'
    ? { action: 'update', ...about, changes }
    : { action: 'replace', ...about, settings: service.settingsOf(spec), changes };
}

function undeclaredOperation<S, P extends Existing>(
  place: Place,
  process: P,
  service: Service<S, P>,
  goes: boolean,
  leftOf: S | undefined,
): Operation<S, P> {
  return {
    action: goes && process.doubt === undefined && service.isDeclarable(process) ? 'delete' : 'undeclared',
    place,
    subject: service.describeExisting(process),
    settings: service.settingsOfExisting(process),
    process,
    ...(leftOf !== undefined && { leftOf }),
  };
}

export function ambiguousPlan<S, P extends Existing>(
  ambiguous: readonly PlacedContest<S, P>[],
  service: Service<S, P>,
): Failure {
  const { describe, particularsOf } = service;
  const lines = ambiguous.map(({ place, spec, found }) => {
    const ids = found.map((process) => `${process.id} (${particularsOf(process)})`);
    return `${placeName(place)}: ${found.length} processes match the ${describe(spec)}: ${firstOf(ids, maxLines)}`;
  });
  const otherwise = ambiguous.every(({ extra }) => extra !== undefined)
    ? 'let prune: true keep the oldest and delete the rest'
    : `${service.howToDistinguish} in the manifest`;
  const [first, ...others] = ambiguous;
  const one = others.length === 0 ? first : undefined;
  return new Failure({
    headline: one && `${one.found.length} background processes match the ${describe(one.spec)}: which one?`,
    details:
      one &&
      `On ${placeName(one.place)}:\n${bullets(one.found.map((process) => `${process.id}: ${particularsOf(process)}`))}\n`,
    what: 'The plan',
    why: `more processes match than the manifest declares\n${bullets(lines, ' that are declared')}\n`,
    fix: `Nothing was changed. Delete those that are not wanted, or ${otherwise}`,
  });
}

/** Returns the failure for missing processes that may exist as processes in doubt. */
export function doubtfulPlan(doubts: readonly Doubt<Existing>[]): Failure {
  const lines = doubts.map(
    ({ place, subject, found }) => `${placeName(place)}: ${subject}: ${found.map(doubtText).join(', or ')}`,
  );
  return new Failure({
    what: 'The plan',
    why: `processes that are declared may exist already, as processes that cannot be identified\n${bullets(lines)}\n`,
    fix: 'Nothing was changed. Look at these processes in the dashboard; if one is another process, change or delete it there',
  });
}

export interface SettledPlan<S, P extends Existing> {
  readonly states: readonly PlaceState<S, P>[];
  readonly plan: Plan<S, P>;
}

/** Plans. If too many match, looks again until races settle. Throws a `Failure` where it would guess. */
export async function settledPlan<S, P extends Existing>(
  first: readonly PlaceState<S, P>[],
  look: (place: Place) => Promise<Listing<P>>,
  { service, prune }: { readonly service: Service<S, P>; readonly prune: boolean },
  world: Pick<World<S, P>, 'runtime'>,
): Promise<SettledPlan<S, P>> {
  const observe = (states: readonly PlaceState<S, P>[]) => {
    const plan = planFor(states, service, { prune });
    const places = new Set(plan.contested.map(({ place }) => place.id));
    const contested = plan.contested.flatMap(({ found }) => found);
    const listing = states.find(({ place }) => places.has(place.id))?.listing;
    return { states, plan, places, contested, listing };
  };
  let last = observe(first);
  const lookAgain = async () => {
    const looks = last.states.map(async (state) =>
      last.places.has(state.place.id) ? { ...state, listing: await look(state.place) } : state,
    );
    last = observe(await Promise.all(looks));
    return last;
  };
  const { states, plan } = await settle(last, lookAgain, world);
  if (plan.ambiguous.length > 0) throw ambiguousPlan(plan.ambiguous, service);
  if (plan.doubts.length > 0) throw doubtfulPlan(plan.doubts);
  return { states, plan };
}

/** The outcome of an operation, real or planned. */
export type Outcome = 'created' | 'updated' | 'replaced' | 'deleted' | 'unchanged' | 'undeclared';

export const outcomeOf = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  keep: 'unchanged',
  undeclared: 'undeclared',
} as const satisfies Record<Action, Outcome>;

/** The number of processes with each outcome, and of changes that were not made. */
export type Counts = Readonly<Record<Outcome | 'undone', number>>;

export function countsOf(rows: readonly { readonly outcome: Outcome | undefined }[]): Counts {
  const counts = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0, undeclared: 0, undone: 0 };
  for (const { outcome } of rows) counts[outcome ?? 'undone']++;
  return counts;
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum = { ...countsOf([]) };
  const kinds = [...Object.values(outcomeOf), 'undone'] as const;
  for (const counts of all) for (const kind of kinds) sum[kind] += counts[kind];
  return sum;
}

/** Returns the number of changes, made or planned. */
export function changesIn({ created, updated, replaced, deleted }: Counts): number {
  return created + updated + replaced + deleted;
}

/** The words for changes, the most important first. */
const words = [
  ['deleted', 'to delete'],
  ['replaced', 'to replace'],
  ['updated', 'to update'],
  ['created', 'to create'],
] as const satisfies readonly (readonly [Outcome, string])[];

/** Returns the number of changes not made, of all changes: `2 of 3 changes not made`. */
export function undoneText(counts: Counts): string {
  const changes = changesIn(counts) + counts.undone;
  return `${counts.undone} of ${changes} ${changes === 1 ? 'change' : 'changes'} not made`;
}

/** Returns the counts without zeros: `2 to delete, 1 to create`, `1 created, 1 of 2 changes not made`. */
export function countsText(counts: Counts, kind: 'planned' | 'done'): string {
  const changes = words.flatMap(([done, planned]) =>
    counts[done] === 0 ? [] : [`${counts[done]} ${kind === 'planned' ? planned : done}`],
  );
  if (counts.undone > 0) changes.push(undoneText(counts));
  const others = counts.undeclared === 0 ? [] : [`${counts.undeclared} not in the manifest`];
  return [...(changes.length === 0 ? ['nothing to change'] : changes), ...others].join(', ');
}

export interface OperationResult<S = unknown, P extends Existing = Existing> {
  readonly operation: Operation<S, P>;
  /** `failed`: started; `outcome` is `created` if a new process exists nevertheless. `not-done`: wrote nothing. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** The real outcome, which may differ from the plan after a race. */
  readonly outcome: Outcome | undefined;
  /** The process as last read; a deleted one as it was. */
  readonly process: P | undefined;
  readonly changes: Changes;
  /** True if a parallel run has created it at the same moment. */
  readonly madeByOther?: true | undefined;
  /** The error as a whole message. */
  readonly error?: string | undefined;
  /** The error without the name of the process, which stands beside it. */
  readonly why?: string | undefined;
}
