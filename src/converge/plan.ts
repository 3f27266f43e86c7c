import { Failure } from '../failure.ts';
import type { Changes, Settings } from './changes.ts';
import type { Aged, Listing } from './listing.ts';
import { type Contest, matchAll } from './match.ts';
import type { Rules } from './service.ts';

/** Where processes run: an instance of Laravel Cloud, a server of Forge. */
export interface Place {
  readonly id: string;
  readonly name: string;
}

/** What one place should run, each declaration of its own identity, and what it runs. */
export interface PlaceState<S, P> {
  readonly place: Place;
  readonly declared: readonly S[];
  readonly listing: Listing<P>;
}

/** One line of a plan. What only shows a plan need not know of which service it is. */
export type Operation<S = unknown, P extends Aged = Aged> = {
  readonly place: Place;
  /** What it is about, in a few words: `worker on queue high,default`. */
  readonly subject: string;
  /** What the process has, or what one that is created gets. */
  readonly settings: Settings;
} & (
  | { readonly action: 'create'; readonly spec: S }
  | { readonly action: 'update'; readonly spec: S; readonly process: P; readonly changes: Changes }
  /** As `update`, where a process cannot be changed in place. */
  | { readonly action: 'replace'; readonly spec: S; readonly process: P; readonly changes: Changes }
  | { readonly action: 'keep'; readonly spec: S; readonly process: P }
  | { readonly action: 'delete'; readonly process: P }
  /** There but not declared: told, and kept. */
  | { readonly action: 'undeclared'; readonly process: P }
);

export type Action = Operation['action'];

export type OperationOf<A extends Action, S = unknown, P extends Aged = Aged> = Extract<
  Operation<S, P>,
  { action: A }
>;

/** Operations that make a process be as declared. */
export type Making<S, P extends Aged> = OperationOf<'create' | 'update' | 'replace', S, P>;

export function isMaking<S, P extends Aged>(operation: Operation<S, P>): operation is Making<S, P> {
  return operation.action === 'create' || operation.action === 'update' || operation.action === 'replace';
}

export interface Plan<S, P extends Aged> {
  /** Place by place, declarations in their order, then what is not declared. */
  readonly operations: readonly Operation<S, P>[];
  /** Places where more processes match than are declared: it may be a race that will settle. */
  readonly contested: readonly { readonly place: Place; readonly found: readonly P[] }[];
  /** What keeps the plan from being carried out. */
  readonly ambiguous: readonly Ambiguity<S, P>[];
}

export interface Ambiguity<S, P> extends Contest<S, P> {
  readonly place: Place;
}

/** What to do so that each place runs what it should. With `prune`, what is not declared goes. */
export function planFor<S, P extends Aged>(
  states: readonly PlaceState<S, P>[],
  rules: Rules<S, P>,
  { prune }: { readonly prune: boolean },
): Plan<S, P> {
  const operations: Operation<S, P>[] = [];
  const contested: { readonly place: Place; readonly found: readonly P[] }[] = [];
  const ambiguous: Ambiguity<S, P>[] = [];
  for (const { place, declared, listing } of states) {
    const existing = listing.processes;
    const matching = matchAll(declared, existing, rules);
    const paired = new Set(matching.pairs.values());
    operations.push(
      ...declared.map((spec) => declaredOperation(place, spec, matching.pairs.get(spec), rules)),
      ...existing
        .filter((process) => !paired.has(process))
        .map((process) => undeclaredOperation(place, process, rules, prune)),
    );
    for (const contest of matching.contested) {
      contested.push({ place, found: contest.found });
      if (!prune || contest.extra === undefined) ambiguous.push({ ...contest, place });
    }
  }
  return { operations, contested, ambiguous };
}

function declaredOperation<S, P extends Aged>(
  place: Place,
  spec: S,
  process: P | undefined,
  rules: Rules<S, P>,
): Operation<S, P> {
  const subject = rules.describe(spec);
  if (process === undefined)
    return { action: 'create', place, subject, settings: rules.settingsOf(spec), spec };
  const about = { place, subject, settings: rules.settingsOfExisting(process), spec, process };
  const changes = rules.drift(spec, process);
  return Object.keys(changes).length === 0
    ? { action: 'keep', ...about }
    : { action: rules.mend, ...about, changes };
}

function undeclaredOperation<S, P extends Aged>(
  place: Place,
  process: P,
  rules: Rules<S, P>,
  prune: boolean,
): Operation<S, P> {
  return {
    action: prune && rules.isDeclarable(process) ? 'delete' : 'undeclared',
    place,
    subject: rules.describeExisting(process),
    settings: rules.settingsOfExisting(process),
    process,
  };
}

/** So many declarations, and so many processes of each, are shown in an error. */
const mostShown = 20;

/** Why a plan cannot be carried out, with the candidates. */
export function ambiguousPlan<S, P extends Aged>(
  ambiguous: readonly Ambiguity<S, P>[],
  { describe, describeExisting, tellApart }: Rules<S, P>,
): Failure {
  const lines = ambiguous.slice(0, mostShown).map(({ place, spec, found }) => {
    const ids = found.slice(0, mostShown).map((process) => `${process.id} (${describeExisting(process)})`);
    if (found.length > mostShown) ids.push(`and ${found.length - mostShown} more`);
    return `- ${place.name}: ${found.length} processes match the ${describe(spec)}: ${ids.join(', ')}`;
  });
  if (ambiguous.length > mostShown)
    lines.push(`- and ${ambiguous.length - mostShown} more that are declared`);
  const pruned = ambiguous.every(({ extra }) => extra !== undefined)
    ? ', or let prune: true keep the oldest and delete the rest'
    : `, or ${tellApart}`;
  return new Failure({
    what: 'The plan',
    why: `more background processes match than are declared, and which are meant cannot be known\n${lines.join('\n')}\n`,
    fix: `Nothing was changed. Delete those that are not wanted${pruned}`,
  });
}
