import { Failure, type FailureParts, type Place, placeText } from '../failure.ts';
import { findByName, type NameSearch, NotThere } from './find-by-name.ts';

/** Something as a file names it: by its name or id. */
export interface Named {
  readonly name: string;
  /** Where the file says so. */
  readonly place: Place;
}

/**
 * The items that have these names, in this order, each named once; `refusal` says why one is not to be used. Throws
 * one failure about all that are wrong: a `NotThere` if they are only missing, since those may yet appear.
 */
export function pickAll<T extends { readonly id: string }>(
  named: readonly Named[],
  search: Omit<NameSearch<T>, 'wanted' | 'correct'>,
  refusal: (item: T, wanted: Named) => Failure | undefined = () => undefined,
): readonly T[] {
  const picked = new Map<string, Named>();
  return collecting(`${search.kind}s of the manifest`, named, (wanted) => {
    const item = pick(wanted, search);
    const twin = picked.get(item.id);
    if (twin !== undefined) throw twice(search.kind, wanted, twin, item.id);
    picked.set(item.id, wanted);
    const refused = refusal(item, wanted);
    if (refused !== undefined) throw atPlace(refused, wanted.place);
    return item;
  });
}

/** The one item that something in a file names. */
export function pick<T extends { readonly id: string }>(
  { name, place }: Named,
  search: Omit<NameSearch<T>, 'wanted' | 'correct'>,
): T {
  try {
    return findByName({ ...search, wanted: name, correct: 'its name in the manifest' });
  } catch (error) {
    throw error instanceof Failure ? atPlace(error, place) : error;
  }
}

/** Does something with each, and throws one failure about all that went wrong. */
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

/** A failure that belongs to a place of a file. */
export function atPlace(failure: Failure, place: Place): Failure {
  const { what, why, fix, message } = failure;
  const parts: FailureParts = {
    what: `${what} (${placeText(place)})`,
    why,
    fix,
    annotations: [{ message, place }],
  };
  return failure instanceof NotThere ? new NotThere(parts) : new Failure(parts);
}

function twice(kind: string, wanted: Named, twin: Named, id: string): Failure {
  const failure = new Failure({
    what: `The ${kind} "${wanted.name}"`,
    why: `it is ${id}, which the manifest names already, as "${twin.name}" (${placeText(twin.place)})`,
    fix: 'List all of its processes under one name',
  });
  return atPlace(failure, wanted.place);
}

/** One failure for all; waiting helps only if all of them are merely missing. */
function summed(what: string, wrong: readonly [Failure, ...Failure[]]): Failure {
  const [first, ...others] = wrong;
  if (others.length === 0) return first;
  const parts = {
    what: `${wrong.length} ${what}`,
    why: `\n${wrong.map(({ message }) => `- ${message}`).join('\n')}\n`,
    fix: 'Nothing was changed',
    annotations: wrong.flatMap(({ annotations }) => annotations),
  };
  return wrong.every((failure) => failure instanceof NotThere) ? new NotThere(parts) : new Failure(parts);
}
