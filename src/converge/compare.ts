import { shorten } from '../text.ts';

/** The features that identify a process, in place of a name. */
export interface Identity {
  /** Must be equal: `worker high,default`. */
  readonly family: string;
  /** Further fields in a fixed order, such as a worker's connection. A declaration may leave one open (undefined). */
  readonly marks: readonly (string | undefined)[];
}

/** True if the existing process can be the declared one. An open mark of the declaration matches any value. */
export function fits(declared: Identity, existing: Identity): boolean {
  return (
    declared.family === existing.family &&
    declared.marks.every((mark, index) => mark === undefined || mark === existing.marks[index])
  );
}

/** Returns a key that is equal for two declarations of one process. */
export function keyOf({ family, marks }: Identity): string {
  return JSON.stringify([family, ...marks.map((mark) => mark ?? null)]);
}

/** Sorts the more specific first: a named mark before an open one. */
export function bySpecificity(a: Identity, b: Identity): number {
  return openMarks(a) - openMarks(b);
}

function openMarks({ marks }: Identity): number {
  return marks.filter((mark) => mark === undefined).length;
}

/** A command's parts: quoted text, an escaped character, a run of blanks, anything else. */
const commandParts = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|[ \t]+|./gs;

/**
 * Folds each run of blanks and tabs outside quotation marks to one blank, and removes those around the command. Other
 * white space stays: for a shell, a no-break space is a letter.
 */
export function foldCommand(command: string): string {
  const parts = (command.match(commandParts) ?? []).map((part) => (/^[ \t]/.test(part) ? ' ' : part));
  const [start, end] = [parts[0] === ' ' ? 1 : 0, parts.at(-1) === ' ' ? -1 : undefined];
  return parts.slice(start, end).join('');
}

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
