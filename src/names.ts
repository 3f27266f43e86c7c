import { Failure, type FailureParts, type Location, locationText } from './failure.ts';
import { firstOf, oneOrList } from './text.ts';

/** The most characters of a name to compare: nobody mistypes only a letter or two of a longer name. */
const longest = 100;
/** The fewest first letters that match a whole name: `pro` matches `production`. */
const shortestStart = 3;

/** Returns `Did you mean "worker"?`, or an empty text when no name is similar. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const near = nearest(wanted, names).map((name) => JSON.stringify(name));
  return near.length === 0 ? '' : `Did you mean ${near.join(' or ')}?`;
}

/** Adds the name that was most likely meant to the reason why a name is wrong. */
export function orNear(why: string, wanted: string, names: Iterable<string>): string {
  const near = didYouMean(wanted, names);
  return near === '' ? why : `${why}. ${near}`;
}

/** Returns the names most similar to a mistyped name: at most three, all equally near; none when no name is similar. */
export function nearest(wanted: string, names: Iterable<string>): readonly string[] {
  let best: { readonly distance: number; readonly names: string[] } | undefined;
  for (const name of new Set(names)) {
    const distance = distanceBetween(fold(wanted), fold(name));
    if (distance === undefined) continue;
    if (best === undefined || distance < best.distance) best = { distance, names: [name] };
    else if (distance === best.distance && best.names.length < 3) best.names.push(name);
  }
  return best?.names ?? [];
}

/** Returns a name in lower case, without Git's prefix (`refs/heads/`, `origin/`), and with `-` for punctuation. */
function fold(name: string): string {
  return name
    .toLowerCase()
    .replace(/^refs\/heads\/|^(refs\/remotes\/)?origin\//, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-');
}

/** Counts the typing errors between two names; undefined for more than two in five letters of the longer name. */
function distanceBetween(a: string, b: string): number | undefined {
  if (a === '' || a.length > longest || b.length > longest) return undefined;
  const slips = editDistance(a, b);
  if (slips <= Math.max(1, Math.floor((Math.max(a.length, b.length) * 2) / 5))) return slips;
  // One name is the beginning of the other. A name with typing errors counts as nearer.
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= shortestStart && long.startsWith(short) ? longest : undefined;
}

/** Counts letters added, left out, changed, or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(row, j - 1) + 1,
          at(last, j) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/** The failure when nothing has this name yet: the only failure that waiting can resolve. */
export class NotThere extends Failure {
  override readonly name = 'NotThere';
}

/** One kind of name that an item has. */
export interface Kind<T> {
  /** `branch`, for messages. */
  readonly name: string;
  of(item: T): string | null | undefined;
  isEqual?(given: string, wanted: string): boolean;
}

/** The kinds of name of an item that has only an id and a name. */
export const idAndName: readonly Kind<{ readonly id: string; readonly name: string }>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ name }) => name },
];

export interface NameSearch<T> {
  /** The kind of item: `application`. */
  readonly kind: string;
  /** The input that holds the name; by default it is called like `kind`. */
  readonly input?: string;
  /** `in the organization`, `in the application shop`. */
  readonly where: string;
  readonly wanted: string;
  /** The text after "Correct" in the error, in place of the input: `its name in the manifest`. */
  readonly correct?: string | undefined;
  readonly among: readonly T[];
  /** All kinds of name: the first kind that matches decides. */
  readonly kinds: readonly Kind<NoInfer<T>>[];
  /** The only kind of name to compare. */
  readonly only?: string | undefined;
}

/** Returns the item with this name. Throws `NotThere`, or a `Failure` for several. */
export function findByName<T extends { readonly id: string }>(search: NameSearch<T>): T {
  const { kind, input = kind, where, wanted, among, correct } = search;
  for (const { name, of, isEqual = isSame } of compared(search)) {
    const found = among.filter((item) => isEqual(of(item) ?? '', wanted));
    const [item, ...others] = found;
    if (item !== undefined && others.length === 0) return item;
    if (item !== undefined)
      throw new Failure({
        what: `${found.length} ${kind}s ${where} ${name === 'name' ? 'are named' : `have the ${name}`} "${wanted}"`,
        why: `they are ${found.map((one) => byOtherName(one, search)).join(', ')}`,
        fix: `${correct === undefined ? `Set ${input}` : `Correct ${correct}`} to the id of the one you mean`,
      });
  }
  const prefix = /^[a-z]+-/.exec(wanted)?.[0] ?? '';
  const mayBeId = prefix !== '' && among.some(({ id }) => id.startsWith(prefix));
  const labels = among.map((item) => `${[...new Set(namesOf(item, search))].join(' / ')} (${item.id})`);
  throw new NotThere({
    what: `No ${kind} ${where} ${mayBeId ? 'has the id or name' : 'is named'} "${wanted}"`,
    why:
      labels.length === 0
        ? 'there is none at all'
        : `there ${labels.length === 1 ? 'is' : 'are'} ${firstOf(labels, 25)}`,
    fix: nameFix(search),
  });
}

function isSame(given: string, wanted: string): boolean {
  return given === wanted;
}

function compared<T>({ kinds, only }: NameSearch<T>): readonly Kind<T>[] {
  return kinds.filter(({ name }) => only === undefined || name === only);
}

/** Returns the names of an item that are compared, without its id. */
function namesOf<T>(item: T, search: NameSearch<T>): string[] {
  return compared(search).flatMap(({ name, of }) => (name === 'id' ? [] : of(item) || []));
}

/** Returns `production (env-1)`: the first name of the item that is not `wanted`, if it has one, and its id. */
function byOtherName<T extends { readonly id: string }>(item: T, { kinds, wanted }: NameSearch<T>): string {
  const names = kinds.flatMap(({ name, of }) => (name === 'id' ? [] : of(item) || []));
  return `${names.find((name) => name !== wanted) ?? wanted} (${item.id})`;
}

function nameFix<T>(search: NameSearch<T>): string {
  const { kind, input = kind, wanted, among, correct } = search;
  const names = among.flatMap((item) => namesOf(item, search));
  const [near, ...others] = nearest(wanted, names);
  const isSure = near !== undefined && others.length === 0;
  const set = isSure ? `Set ${input}: ${near}` : `Correct the input ${input}`;
  const fix = correct === undefined ? set : `Correct ${correct}`;
  return `${didYouMean(wanted, names)} ${fix}`.trimStart();
}

/** A name or id in a file, and its location. */
export interface Named {
  readonly name: string;
  readonly place: Location;
}

/**
 * Returns the items with these names, in this order, each with its name. `refusal` returns the failure of an item that
 * must not be used. Throws one failure for all wrong names and for all names of the same item: a `NotThere` if all are
 * only missing, since missing items may still appear.
 */
export function pickAll<T extends { readonly id: string }, N extends Named>(
  named: readonly N[],
  search: Omit<NameSearch<T>, 'wanted'>,
  refusal: (item: T, wanted: N) => Failure | undefined = () => undefined,
): readonly (readonly [item: T, named: N])[] {
  const picked = new Map<string, Named>();
  return collecting(`${search.kind}s of the manifest`, named, (wanted) => {
    const item = pick(wanted, search);
    const twin = picked.get(item.id);
    if (twin !== undefined) throw twice(search.kind, wanted, twin, item.id);
    picked.set(item.id, wanted);
    const refused = refusal(item, wanted);
    if (refused !== undefined) throw atPlace(refused, wanted.place);
    return [item, wanted] as const;
  });
}

export function pick<T extends { readonly id: string }>(
  { name, place }: Named,
  search: Omit<NameSearch<T>, 'wanted'>,
): T {
  try {
    return findByName({ ...search, wanted: name, correct: 'its name in the manifest' });
  } catch (error) {
    throw error instanceof Failure ? atPlace(error, place) : error;
  }
}

/** Runs a task for each item. Throws one failure for all failed tasks: a `NotThere` if every failure is one. */
export function collecting<T, R>(what: string, items: readonly T[], task: (item: T) => R): readonly R[] {
  const wrong: Failure[] = [];
  const results = items.flatMap((item) => {
    try {
      return [task(item)];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong.push(error);
      return [];
    }
  });
  const [first, ...others] = wrong;
  if (first !== undefined) throw summed(what, [first, ...others]);
  return results;
}

export function atPlace(failure: Failure, place: Location): Failure {
  const { what, why, fix, message } = failure;
  const parts: FailureParts = {
    what: `${what} (${locationText(place)})`,
    headline: what,
    details: `${locationText(place)}: ${why}`,
    why,
    fix,
    annotations: [{ message, place }],
  };
  return failure instanceof NotThere ? new NotThere(parts) : new Failure(parts);
}

/** Returns the failure for two names in a file that mean the same item. */
function twice(kind: string, wanted: Named, twin: Named, id: string): Failure {
  const failure = new Failure({
    what: `The ${kind} "${wanted.name}"`,
    why: `it is the same ${kind} as "${twin.name}" (${locationText(twin.place)}): both are ${id}`,
    fix: 'List all of its processes under one of the two names',
  });
  return atPlace(failure, wanted.place);
}

/** Joins failures into one: a `NotThere` only if all of them are, since waiting resolves no other failure. */
function summed(what: string, wrong: readonly [Failure, ...Failure[]]): Failure {
  const [first, ...others] = wrong;
  if (others.length === 0) return first;
  const annotations = wrong.flatMap((failure) => failure.annotations);
  // Several annotations help only at several places of a file.
  const isPlaced = annotations.every(({ place }) => place !== undefined);
  const parts = {
    what: `${wrong.length} problems with the ${what}`,
    why: oneOrList(wrong.map(({ message }) => message)),
    fix: 'Nothing was changed',
    annotations: isPlaced ? annotations : undefined,
  };
  return wrong.every((failure) => failure instanceof NotThere) ? new NotThere(parts) : new Failure(parts);
}
