import { Failure } from '../failure.ts';
import type { Unreadable } from './listing.ts';

/** Why a process is passed over: `31, which came back in a shape that is not understood (…)`. */
export function unreadableText({ id, why }: Pick<Unreadable<unknown>, 'id' | 'why'>): string {
  return `${id}, which came back in a shape that is not understood (${why})`;
}

/** Throws a `Failure` when something that is not understood may be what is looked for, as `mayBe` tells. */
export function refuseUnreadable<P>(
  what: string,
  unreadable: readonly Unreadable<P>[],
  mayBe: (known: Partial<P>) => boolean,
): void {
  const possible = unreadable.filter(({ known }) => mayBe(known));
  if (possible.length === 0) return;
  throw new Failure({
    what: `The ${what}`,
    why: `it may be ${possible.map(unreadableText).join(', or ')}`,
    fix: 'Nothing was changed. Look at it where it runs; if it is another one, change or delete it there',
  });
}

