import type { Location } from '../failure.ts';
import { shorten } from '../text.ts';
import { type Changes, changeText, type Settings, settingsText } from './compare.ts';
import type { Existing } from './listing.ts';
import {
  type Action,
  type Counts,
  countsOf,
  type Operation,
  type OperationResult,
  outcomeOf,
  type Place,
  placeName,
  processIn,
  sumOf,
} from './plan.ts';

/** An operation and its result (in a plan: the expected one), as the log, the summary, the comment and `plan-json` show it. */
export interface PlanRow extends RowName, Pick<OperationResult, 'outcome' | 'error' | 'why'> {
  readonly action: Action;
  readonly place: Place;
  readonly settings: Settings;
  readonly changes: Changes;
  readonly status: 'planned' | OperationResult['status'];
  /** Undefined if there is no process yet. */
  readonly processId: string | undefined;
  /** True for the deletion of a process that an interrupted replacement has left. */
  readonly endsReplacement?: boolean;
  /** The place of its declaration in the manifest; undefined in a plan. */
  readonly declaredAt?: Location | undefined;
  /** The service's own fields in `plan-json`. */
  readonly particulars: Readonly<Record<string, string>>;
}

/** The names of a process in a plan, uncut. */
export interface RowName {
  /** The shortest distinct name: `worker high,default (redis)`, `php artisan horizon`. */
  readonly name: string;
  /** In full, for `plan-json`: `worker on queue high,default of connection redis`. */
  readonly identity: string;
  /** The fields that processes of one place share, such as user and directory. */
  readonly shared: readonly string[];
}

export interface Naming<S, P extends Existing> {
  nameOf(process: S | P): RowName;
  particularsOf(operation: Operation<S, P>): PlanRow['particulars'];
}

/** Returns the rows of a plan that has not been started. */
export function plannedRows<S, P extends Existing>(
  operations: readonly Operation<S, P>[],
  naming: Naming<S, P>,
): readonly PlanRow[] {
  return operations.map((operation) => ({
    ...rowOf(operation, naming),
    status: 'planned',
    outcome: outcomeOf[operation.action],
  }));
}

/** Returns the rows of a result. An operation that was not done shows its planned changes. */
export function doneRows<S, P extends Existing>(
  results: readonly OperationResult<S, P>[],
  naming: Naming<S, P>,
  locationOf: (spec: S) => Location | undefined,
): readonly PlanRow[] {
  return results.map(({ operation, status, outcome, changes, process, error, why }) => {
    const planned = rowOf(operation, naming);
    return {
      ...planned,
      ...{ status, outcome, error, why },
      declaredAt: 'spec' in operation ? locationOf(operation.spec) : undefined,
      changes: status === 'done' ? changes : planned.changes,
      processId: process?.id ?? planned.processId,
    };
  });
}

function rowOf<S, P extends Existing>(operation: Operation<S, P>, naming: Naming<S, P>) {
  const process = processIn(operation);
  const declared = naming.nameOf(identifiedBy(operation));
  return {
    // The process has values for open fields of the declaration.
    ...(process === undefined ? declared : naming.nameOf(process)),
    identity: declared.identity,
    action: operation.action,
    place: operation.place,
    settings: operation.settings,
    changes: 'changes' in operation ? operation.changes : {},
    processId: process?.id,
    endsReplacement: 'leftOf' in operation,
    particulars: naming.particularsOf(operation),
  };
}

/** Returns the declaration of a process, also of one that is left of an interrupted replacement; else the process. */
function identifiedBy<S, P extends Existing>(operation: Operation<S, P>): S | P {
  if ('spec' in operation) return operation.spec;
  return operation.action === 'delete' ? (operation.leftOf ?? operation.process) : operation.process;
}

/** A plan or its result, as lines of text. */
export interface PlanText {
  /** Changes, and processes that are not in the manifest: a block of a diff for each place. */
  readonly places: readonly PlaceText[];
  readonly unchanged: readonly string[];
  /** The whole lines of rows that are cut above. */
  readonly whole: readonly string[];
  readonly ids: readonly string[];
  /** Environments without changes, in a plan for several. */
  readonly idle: readonly string[];
}

export interface PlaceText {
  readonly name: string;
  readonly within: string | undefined;
  readonly counts: Counts;
  /** One line for each process, aligned, under a heading. */
  readonly lines: readonly string[];
}

/** The most characters of a name or value in a line. A cut one stands whole in `whole`. */
const roomInLine = 60;

/** Writes the rows as text. `room`: the largest number of characters of a name in a line. */
export function planText(uncut: readonly PlanRow[], room = roomInLine): PlanText {
  const rows = withCutNames(uncut, room);
  const changed = rows.filter((row) => !isUnchanged(row));
  const unchanged = rows.filter(isUnchanged);
  const width = widthOf(changed, room);
  const busy = new Set(changed.map(({ place }) => place.within));
  const places = new Map(changed.map(({ place }) => [place.id, place]));
  return {
    places: [...places.values()].map((place) => {
      const { name, within, note } = place;
      const own = changed.filter((row) => row.place.id === place.id);
      const lines = groupLines(own, () => [name, note], room, width);
      return { name, within, counts: countsOf(own), lines };
    }),
    unchanged: groupLines(unchanged, (place) => [placeName(place), place.note], room),
    whole: uncut
      .filter((row, index) => rowLine(rows[index] ?? row, room, 0) !== rowLine(row, Infinity, 0))
      .map(wholeLine),
    ids: rows.flatMap(({ processId, place, name }) =>
      processId === undefined ? [] : [`${processId}  ${name} on ${placeName(place)}`],
    ),
    idle: [...new Set(rows.flatMap(({ place: { within } }) => within ?? []))].filter((one) => !busy.has(one)),
  };
}

export interface GroupText {
  readonly name: string;
  readonly counts: Counts;
  readonly places: readonly PlaceText[];
}

/** Groups a plan's places by environment; undefined in a plan for one. */
export function inGroups(places: readonly PlaceText[]): readonly GroupText[] | undefined {
  if (places.every(({ within }) => within === undefined)) return undefined;
  return [...Map.groupBy(places, ({ within }) => within ?? '')].map(([name, own]) => ({
    name,
    counts: sumOf(own.map(({ counts }) => counts)),
    places: own,
  }));
}

/** True for a process without a change. Another run may have made the planned change meanwhile. */
function isUnchanged({ outcome }: PlanRow): boolean {
  return outcome === 'unchanged';
}

/** Writes rows in groups, with their shared fields in the heading. Rows and groups begin with the most important. */
function groupLines(
  rows: readonly PlanRow[],
  headOf: (place: Place) => readonly (string | undefined)[],
  room: number,
  width = widthOf(rows, room),
): readonly string[] {
  const headingOf = ({ place, shared }: PlanRow): string =>
    `@@ ${[...headOf(place), ...shared].filter((part) => part !== undefined).join(' · ')} @@`;
  const rankOf = (row: PlanRow): number => order.indexOf(rowKind(row));
  const bestIn = (group: readonly PlanRow[]): number => Math.min(...group.map(rankOf));
  const groups = [...Map.groupBy(rows, ({ place, shared }) => JSON.stringify([place.id, shared])).values()];
  return groups
    .toSorted((a, b) => bestIn(a) - bestIn(b))
    .flatMap((group) => [
      ...group.slice(0, 1).map(headingOf),
      ...group.toSorted((a, b) => rankOf(a) - rankOf(b)).map((row) => rowLine(row, room, width)),
    ]);
}

type RowKind = Action | 'failed' | 'not-done';

function rowKind(row: PlanRow): RowKind {
  return isUndone(row) ? row.status : actionOf(row);
}

function actionOf(row: PlanRow): Action {
  return isUnchanged(row) ? 'keep' : row.action;
}

/** True for an operation without a result. A created but unchecked process is a result. */
function isUndone(row: PlanRow): row is PlanRow & { readonly status: 'failed' | 'not-done' } {
  return row.outcome === undefined;
}

/**
 * The signs of rows, in the order of the rows: the most important first. In a diff, `-` is red, `!` orange and `+`
 * green. A missing change has no colour.
 */
const signs: Readonly<Record<RowKind, string>> = {
  delete: '-',
  replace: '!',
  update: '!',
  create: '+',
  undeclared: '?',
  keep: '=',
  failed: ' ',
  'not-done': ' ',
};

const order = Object.keys(signs);

/** The widest first column in which names stay aligned. */
const widest = 16;

function widthOf(rows: readonly PlanRow[], room: number): number {
  return Math.max(0, ...rows.map((row) => happens(row, room).length).filter((length) => length <= widest));
}

/** Writes the operation, then the process: `- delete       php artisan legacy:poll · 2 processes`. */
function rowLine(row: PlanRow, room: number, width: number): string {
  const more = detailsOf(row, room).map((part) => ` · ${part}`);
  const first = happens(row, room);
  const gap = ' '.repeat(first.length > width ? 2 : 1 + width - first.length);
  const verb = isUndone(row) ? verbOf(row) : '';
  return `${signs[rowKind(row)]} ${first}${gap}${verb}${row.name}${more.join('')}`;
}

function happens(row: PlanRow, room: number): string {
  const changes = changesText(row.changes, room);
  const count = settingsText({ processes: row.settings['processes'] });
  const words: Readonly<Record<RowKind, string>> = {
    ...{ delete: 'delete', replace: changes, update: changes, create: count },
    ...{ undeclared: 'kept', keep: count, failed: 'FAILED', 'not-done': 'NOT DONE' },
  };
  return words[rowKind(row)];
}

function verbOf({ action }: PlanRow): string {
  return action === 'keep' || action === 'undeclared' ? '' : `${action} `;
}

/** Returns the details after the name. For a missing change, they include the change itself. */
function detailsOf(row: PlanRow, room: number): readonly string[] {
  const { processes: _, ...options } = row.settings;
  const has = settingsText(row.settings, room);
  const missing = isUndone(row) ? changesText(row.changes, room) : '';
  const parts: Readonly<Record<Action, readonly string[]>> = {
    delete: [has],
    replace: [missing, settingsText(options, room), isUndone(row) ? '' : 'replaced'],
    update: [missing],
    create: [isUndone(row) ? has : settingsText(options, room)],
    undeclared: [has, 'not in the manifest'],
    keep: [settingsText(options, room)],
  };
  return parts[actionOf(row)].filter((part) => part !== '');
}

/** `2 → 3 proc., tries 3 → 5`. */
function changesText(changes: Changes, room: number): string {
  return Object.entries(changes)
    .map(([field, change]) => changeText(field, change, room))
    .join(', ');
}

/** Returns a change in a sentence: `update worker high (redis) on App, 2 → 3 proc.`, `delete "php artisan reverb" on App`. */
export function rowText(row: PlanRow): string {
  const undone: PlanRow = { ...row, outcome: undefined };
  const name = cut(row.name, roomInLine);
  const shown = name.startsWith('worker ') ? name : JSON.stringify(name);
  return [`${verbOf(row)}${shown} on ${placeName(row.place)}`, ...detailsOf(undone, roomInLine)].join(', ');
}

function wholeLine(row: PlanRow): string {
  return `${placeName(row.place)}: ${rowLine(row, Infinity, 0).trimStart()}`;
}

/** Cuts the names of rows. Names that would look the same stay whole, as of commands that differ in their last option. */
function withCutNames(rows: readonly PlanRow[], room: number): readonly PlanRow[] {
  const namesOf = Map.groupBy(new Set(rows.map(({ name }) => name)), (name) => cut(name, room));
  return rows.map((row) => {
    const name = cut(row.name, room);
    return namesOf.get(name)?.length === 1 ? { ...row, name } : row;
  });
}

/** Cuts a list of queues between its names, any other text between words. */
function cut(name: string, room: number): string {
  if (name.length <= room) return name;
  const list = /^worker \S+/.exec(name)?.[0] ?? '';
  const shown = list.slice(0, room).replace(/,?[^,]*$/, '');
  if (shown === '') return shorten(name, room);
  const left = list.slice(shown.length).split(',').length - 1;
  return `${shown},… ${left} more${name.slice(list.length)}`;
}
