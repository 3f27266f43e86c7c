import { Failure } from '../failure.ts';

/** Nothing goes by that name, yet: the one failure that waiting can mend. */
export class NotThere extends Failure {
  override readonly name = 'NotThere';
}

export interface NameSearch<T> {
  /** What is being looked for: `application`. */
  readonly kind: string;
  /** Where: `in the organization`, `of the application shop`. */
  readonly where: string;
  readonly wanted: string;
  readonly among: readonly T[];
  /** All names that one goes by, its id aside. */
  namesOf(item: T): readonly (string | null | undefined)[];
}

/** The one item that goes by exactly this name; an id decides alone. Throws `NotThere`, or a `Failure` for several. */
export function findByName<T extends { readonly id: string }>(choice: NameSearch<T>): T {
  const { kind, where, wanted, among } = choice;
  const byId = among.find(({ id }) => id === wanted);
  const found = byId === undefined ? among.filter((item) => choice.namesOf(item).includes(wanted)) : [byId];
  const [item, ...others] = found;
  if (item === undefined) {
    throw new NotThere({
      what: `The ${kind} "${wanted}"`,
      why: `there is none ${where} that goes by exactly this name; there ${listed(choice, among)}`,
      fix: `Correct the input ${kind}`,
    });
  }
  if (others.length > 0) {
    throw new Failure({
      what: `The ${kind} "${wanted}"`,
      why: `${found.length} ${where} go by this name: ${found.map((one) => label(choice, one)).join(', ')}`,
      fix: `Give the id of the one that is meant as ${kind}`,
    });
  }
  return item;
}

/** `is none`, or `are shop (app-1), shop-admin (app-2)`. */
function listed<T extends { readonly id: string }>(choice: NameSearch<T>, items: readonly T[]): string {
  if (items.length === 0) return 'is none at all';
  const shown = items.slice(0, 25).map((item) => label(choice, item));
  const more = items.length - shown.length;
  return `${items.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function label<T extends { readonly id: string }>(choice: NameSearch<T>, item: T): string {
  const names = new Set(choice.namesOf(item).filter((name) => typeof name === 'string' && name !== ''));
  return `${[...names].join(' / ')} (${item.id})`;
}
