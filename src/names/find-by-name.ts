import { Failure } from '../failure.ts';
import { didYouMean } from './did-you-mean.ts';

/** Nothing has this name, yet: the one failure that waiting can cure. */
export class NotThere extends Failure {
  override readonly name = 'NotThere';
}

export interface NameSearch<T> {
  /** What is being looked for: `application`. */
  readonly kind: string;
  /** Where: `in the organization`, `in the application shop`. */
  readonly where: string;
  readonly wanted: string;
  /** What to correct when it is not there: `the input application` if left out. */
  readonly correct?: string;
  readonly among: readonly T[];
  /** All names that one has, its id aside. */
  namesOf(item: T): readonly (string | null | undefined)[];
}

/** The one item that has exactly this name; an id decides alone. Throws `NotThere`, or a `Failure` for several. */
export function findByName<T extends { readonly id: string }>(search: NameSearch<T>): T {
  const { kind, where, wanted, among } = search;
  const byId = among.find(({ id }) => id === wanted);
  const found = byId === undefined ? among.filter((item) => namesOf(search, item).includes(wanted)) : [byId];
  const [item, ...others] = found;
  if (item === undefined) {
    throw new NotThere({
      what: `The ${kind} "${wanted}"`,
      why: `no ${kind} ${where} has exactly this name; ${listed(search, among)}`,
      fix: fixFor(search),
    });
  }
  if (others.length > 0) {
    throw new Failure({
      what: `The ${kind} "${wanted}"`,
      why: `${found.length} ${where} have this name: ${found.map((one) => label(search, one)).join(', ')}`,
      fix: `Give the id of the one that is meant as ${kind}`,
    });
  }
  return item;
}

function fixFor<T extends { readonly id: string }>(search: NameSearch<T>): string {
  const { kind, wanted, among, correct = `the input ${kind}` } = search;
  const near = didYouMean(
    wanted,
    among.flatMap((item) => namesOf(search, item)),
  );
  return [near, refHint(wanted), `Correct ${correct}`].filter((part) => part !== '').join(' ');
}

/** Git's full name of a branch, or the ref of a pull request's merge commit, where a branch's name is wanted. */
function refHint(wanted: string): string {
  if (wanted.startsWith('refs/heads/')) {
    return `"${wanted}" is a ref: github.ref_name holds the branch’s name alone.`;
  }
  if (/^(refs\/pull\/)?\d+\/merge$/.test(wanted)) {
    return `"${wanted}" is what GitHub calls a pull request’s merge commit: github.head_ref holds the branch’s name.`;
  }
  return '';
}

/** `there is none at all`, or `there are shop (app-1), shop-admin (app-2)`. */
function listed<T extends { readonly id: string }>(search: NameSearch<T>, items: readonly T[]): string {
  if (items.length === 0) return 'there is none at all';
  const shown = items.slice(0, 25).map((item) => label(search, item));
  const more = items.length - shown.length;
  return `there ${items.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function label<T extends { readonly id: string }>(search: NameSearch<T>, item: T): string {
  return `${[...new Set(namesOf(search, item))].join(' / ')} (${item.id})`;
}

function namesOf<T>(search: NameSearch<T>, item: T): string[] {
  return search.namesOf(item).flatMap((name) => name || []);
}
