import { describeChanges, settingsText } from './changes.ts';
import type { Aged } from './listing.ts';
import type { Action, Counts, Operation, Place } from './plan.ts';
import type { OperationResult } from './result.ts';

/** An operation, and what became of it. */
export interface PlanRow {
  readonly operation: Operation;
  readonly status: OperationResult['status'] | 'planned';
  /** Undefined as long as there is none. */
  readonly process: Aged | undefined;
  readonly changes: OperationResult['changes'];
}

/** A plan, or what became of it, as lines of text. */
export interface PlanText {
  /** Of a diff, place by place: what changes, and what is there but not declared. One line a process, aligned. */
  readonly diff: readonly string[];
  /** What is as declared. */
  readonly unchanged: readonly string[];
  readonly ids: readonly string[];
}

/** The rows of a plan that nobody has begun to carry out. */
export function plannedRows(operations: readonly Operation[]): readonly PlanRow[] {
  return operations.map((operation) => ({
    operation,
    status: 'planned',
    process: 'process' in operation ? operation.process : undefined,
    changes: 'changes' in operation ? operation.changes : {},
  }));
}

/** How many of each there are, those that there are none of left out: `1 to create, 2 to delete`. */
export function countsText(
  { created, updated, deleted, undeclared }: Counts,
  kind: 'planned' | 'done',
): string {
  const words =
    kind === 'planned'
      ? (['to create', 'to update', 'to delete'] as const)
      : (['created', 'updated', 'deleted'] as const);
  const changes = [created, updated, deleted].flatMap((count, index) =>
    count === 0 ? [] : [`${count} ${words[index]}`],
  );
  const others = undeclared === 0 ? [] : [`${undeclared} not declared`];
  return [...(changes.length === 0 ? ['nothing to change'] : changes), ...others].join(', ');
}

/** `noteOf` tells what a reader must know of a place, such as `2–4 replicas`. */
export function planText(
  rows: readonly PlanRow[],
  noteOf: (place: Place) => string | undefined = () => undefined,
): PlanText {
  const isKept = ({ operation }: PlanRow): boolean => operation.action === 'keep';
  const ids = rows.flatMap(({ operation: { place, subject }, process }) =>
    process === undefined ? [] : [`${process.id}  ${subject} on ${place.name}`],
  );
  return {
    diff: byPlace(
      rows.filter((row) => !isKept(row)),
      noteOf,
    ),
    unchanged: byPlace(rows.filter(isKept), noteOf),
    ids,
  };
}

function byPlace(rows: readonly PlanRow[], noteOf: (place: Place) => string | undefined): readonly string[] {
  const width = Math.max(0, ...rows.map(({ operation }) => operation.subject.length).filter(isNarrow));
  return [...Map.groupBy(rows, ({ operation }) => operation.place.id).values()].flatMap((ofPlace) => {
    const [first] = ofPlace;
    if (first === undefined) return [];
    const note = noteOf(first.operation.place);
    const head = `@@ ${first.operation.place.name}${note === undefined ? '' : ` (${note})`} @@`;
    return [head, ...ofPlace.map((row) => lineOf(row, width))];
  });
}

/** What is wider than this does not move everything else to the right. */
function isNarrow(width: number): boolean {
  return width <= 48;
}

/** `+` is green in a diff, `-` red and `!` orange. */
const signs: Readonly<Record<Action, string>> = {
  create: '+',
  update: '!',
  replace: '!',
  delete: '-',
  keep: '=',
  undeclared: '?',
};

/** What the sign before a process means, for readers who see it for the first time. */
export const meanings: readonly (readonly [sign: string, meaning: string])[] = [
  ['+', 'created'],
  ['!', 'changed'],
  ['-', 'deleted'],
  ['?', 'not declared, and kept'],
];

function lineOf(row: PlanRow, width: number): string {
  const { action, subject } = row.operation;
  return [`${signs[action]} ${subject.padEnd(width)}`, detailOf(row), ...statusOf(row)].join('  ').trimEnd();
}

function detailOf({ operation, changes }: PlanRow): string {
  const has = settingsText(operation.settings);
  switch (operation.action) {
    case 'update':
      return describeChanges(changes);
    case 'replace':
      return `replaced by a new one, ${describeChanges(changes)}`;
    case 'delete':
      return `lost: ${has}`;
    case 'undeclared':
      return `${has}; not declared, kept`;
    default:
      return has;
  }
}

function statusOf({ status }: PlanRow): readonly string[] {
  if (status === 'failed') return ['FAILED'];
  return status === 'not-done' ? ['NOT DONE'] : [];
}
