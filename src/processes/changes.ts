import { shorten } from '../shorten.ts';

/** Longer values are cut in a message: whoever reads it wants to know what it is about. */
const longest = 120;

/** What differs, by field: `processes`, `command`, `config.tries`, … */
export type Changes = Readonly<Record<string, Change>>;

export interface Change {
  readonly from: unknown;
  readonly to: unknown;
}

/** `processes: 1 → 2, tries: unset → 3`. */
export function describeChanges(changes: Changes): string {
  return Object.entries(changes)
    .map(([field, { from, to }]) => `${fieldName(field)}: ${shown(from)} → ${shown(to)}`)
    .join(', ');
}

/** A value as it stands in a message; nothing set is `unset`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'unset';
  return shorten(typeof value === 'string' ? value : JSON.stringify(value), longest);
}

/** What a reader calls a field, wherever it was given: `config.tries` is `tries`. */
export function fieldName(field: string): string {
  return field.replace(/^config\./, '');
}

