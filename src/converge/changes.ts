import { shorten } from '../text.ts';

/** The most characters of a value in a message. */
const longest = 120;

/** The differences by field: `processes`, `command`, `config.tries`, … */
export type Changes = Readonly<Record<string, Change>>;

export interface Change {
  readonly from: unknown;
  readonly to: unknown;
}

export function hasChanges(changes: Changes): boolean {
  return Object.keys(changes).length > 0;
}

/** `processes: 1 → 2, tries: unset → 3`. */
export function describeChanges(changes: Changes): string {
  return Object.entries(changes)
    .map(([field, { from, to }]) => `${fieldName(field)}: ${shown(from)} → ${shown(to)}`)
    .join(', ');
}

/** `has processes 2 (declared: 5), tries unset (declared: 3)`. */
export function differs(changes: Changes): string {
  const parts = Object.entries(changes).map(
    ([field, { from, to }]) => `${fieldName(field)} ${shown(from)} (declared: ${shown(to)})`,
  );
  return `has ${parts.join(', ')}`;
}

/** Returns a change in short: `2 → 3 proc.`, `tries 3 → 5`. */
export function changeText(field: string, { from, to }: Change, room = longest): string {
  const arrow = `${shown(from, room)} → ${shown(to, room)}`;
  return field === 'processes' ? `${arrow} proc.` : `${fieldName(field)} ${arrow}`;
}

/** Returns a value as text for a message; `unset` for null and undefined. */
export function shown(value: unknown, room = longest): string {
  if (value === null || value === undefined) return 'unset';
  return shorten(typeof value === 'string' ? value : JSON.stringify(value), room);
}

/** Returns the name of a field for readers: `tries` for `config.tries`. */
export function fieldName(field: string): string {
  return field.replace('config.', '');
}

/** Returns the settings of a process in a few words: `2 processes, tries 3, force`. */
export function settingsText(settings: Settings, room = longest): string {
  return Object.entries(settings)
    .flatMap(([field, value]) => settingText(field, value, room) ?? [])
    .join(', ');
}

/** Returns one setting in a few words; undefined if it is unset. */
function settingText(field: string, value: unknown, room: number): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (field === 'processes') return value === 1 ? '1 process' : `${shown(value, room)} processes`;
  return value === true ? fieldName(field) : `${fieldName(field)} ${shown(value, room)}`;
}

/** The current or declared settings of a process, by field as in `Changes`: `processes`, `config.tries`, … */
export type Settings = Readonly<Record<string, unknown>>;
