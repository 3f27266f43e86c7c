import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as v from 'valibot';
import { changeText, settingsText } from '../../converge/changes.ts';
import type { PlanRow } from '../../converge/text.ts';
import type { Secrets } from '../../runner/secrets.ts';

// The plan that a comment on a pull request has shown, in a form that a later run can read, with secrets redacted.

/** One change: the id of its place, the action, the process, the changed fields, and the settings of a new process. */
const ApprovedRow = v.tuple([v.string(), v.string(), v.string(), v.unknown(), v.unknown()]);
export type ApprovedRow = v.InferOutput<typeof ApprovedRow>;

/** The changes shown for each environment or server, by its id. An environment without changes has an empty list. */
const Approval = v.record(v.string(), v.array(ApprovedRow));
export type Approval = v.InferOutput<typeof Approval>;

/** The limit for the unpacked plan in bytes, more than any plan needs: the comment is input from outside. */
const mostBytes = 4_000_000;
/** The line right below the marker of the comment. The step never writes text from outside there. */
const pattern = /^<!-- [^\n]* -->\n<!-- laravel-background-process shown ([\w-]+) -->\n/;

/** Returns the rows with changes, by environment or server. */
export function approvalOf(
  rows: readonly PlanRow[],
  scopes: readonly string[],
  scopeOf: (placeId: string) => string,
  secrets: Secrets,
): Approval {
  const approval: Record<string, ApprovedRow[]> = Object.fromEntries(scopes.map((scope) => [scope, []]));
  for (const row of rows.filter(changesSomething)) {
    const scope = scopeOf(row.place.id);
    approval[scope] = [...(approval[scope] ?? []), approvedRow(row, secrets)];
  }
  return approval;
}

export function changesSomething({ action }: PlanRow): boolean {
  return action !== 'keep' && action !== 'undeclared';
}

function approvedRow({ place, action, identity, changes, settings }: PlanRow, secrets: Secrets): ApprovedRow {
  const row = [place.id, action, identity, sorted(changes), sorted(settingsOfNew(action, settings))];
  return v.parse(ApprovedRow, JSON.parse(secrets.redact(JSON.stringify(row))));
}

/** Returns the settings of a new process. For a replacement without the number of processes: `changes` has it. */
function settingsOfNew(action: PlanRow['action'], { processes, ...options }: PlanRow['settings']): object {
  if (action === 'create') return { processes, ...options };
  return action === 'replace' ? options : {};
}

function sorted(fields: object): unknown {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns the plan as a hidden line for the start of a comment. */
export function writeApproval(approval: Approval): string {
  const packed = deflateRawSync(JSON.stringify(approval)).toString('base64url');
  return `<!-- laravel-background-process shown ${packed} -->\n`;
}

/** Reads the plan that a comment has shown; undefined if the comment has no plan, or a damaged one. */
export function approvalIn(body: string): Approval | undefined {
  const [, packed] = pattern.exec(body) ?? [];
  if (packed === undefined) return undefined;
  try {
    const text = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: mostBytes });
    const read = v.safeParse(Approval, JSON.parse(text.toString('utf8')));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a line for each difference between a plan and the shown plan of the same environment. */
export function differences(
  shown: readonly ApprovedRow[],
  rows: readonly PlanRow[],
  secrets: Secrets,
): readonly string[] {
  const left = shown.map((row) => ({
    row,
    keys: [row, restOf(row, rows, secrets)].map((each) => JSON.stringify(each)),
  }));
  const unshown = rows.filter(changesSomething).filter((row) => {
    const index = left.findIndex(({ keys }) => keys.includes(JSON.stringify(approvedRow(row, secrets))));
    if (index !== -1) left.splice(index, 1);
    return index === -1;
  });
  return [
    ...unshown.map(
      (row) => `planned now, but not shown in the pull request: ${textOf(approvedRow(row, secrets), rows)}`,
    ),
    ...left
      .filter(({ row }) => !isFulfilled(row, rows, secrets))
      .map(({ row }) => `shown in the pull request, but no longer planned: ${textOf(row, rows)}`),
  ];
}

/**
 * Returns the missing part of a shown replacement after an interruption: the create or, if the new process exists
 * already, the deletion of the old one.
 */
function restOf(shown: ApprovedRow, rows: readonly PlanRow[], secrets: Secrets): ApprovedRow | undefined {
  const [placeId, action, identity, changes, options] = shown;
  if (action !== 'replace') return undefined;
  if (isFulfilled(shown, rows, secrets)) return [placeId, 'delete', identity, [], []];
  const changed = v.parse(Changed, changes).map(([field, { to }]) => [field, to] as const);
  const settings = Object.fromEntries([...changed, ...v.parse(Settled, options)]);
  return [placeId, 'create', identity, [], sorted(settings)];
}

/** True when the shown change was made already: an earlier run may have made it before it was interrupted. */
function isFulfilled(
  [placeId, action, identity]: ApprovedRow,
  rows: readonly PlanRow[],
  secrets: Secrets,
): boolean {
  const same = rows.filter((row) => row.place.id === placeId && approvedRow(row, secrets)[2] === identity);
  return action === 'delete'
    ? !same.some((row) => row.action === 'undeclared')
    : same.some((row) => row.action === 'keep');
}

/** Returns a change as text: `update worker on queue high on App, 2 → 3 proc.` */
function textOf(
  [placeId, action, identity, changes, settings]: ApprovedRow,
  rows: readonly PlanRow[],
): string {
  const place = rows.find((row) => row.place.id === placeId)?.place.name ?? placeId;
  const changed = v.parse(Changed, changes).map(([field, change]) => changeText(field, change));
  const has = settingsText(Object.fromEntries(v.parse(Settled, settings)));
  return [`${action} ${identity} on ${place}`, ...changed, has].filter((part) => part !== '').join(', ');
}

/**
 * The fields as `sorted` writes them. Reads anything else as an empty list, since the comment is input from outside.
 */
const Changed = v.fallback(
  v.array(v.tuple([v.string(), v.object({ from: v.unknown(), to: v.unknown() })])),
  [],
);
const Settled = v.fallback(v.array(v.tuple([v.string(), v.unknown()])), []);
