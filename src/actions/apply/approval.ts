import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as v from 'valibot';
import { changeText, settingsText } from '../../converge/compare.ts';
import type { PlanRow } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { readMergedComments } from '../../runner/pull-request-comment.ts';
import type { Secrets } from '../../runner/secrets.ts';
import type { Step } from '../../runner/step.ts';
import { bullets, counted, shorten } from '../../text.ts';
import type { PlanSubject } from '../inputs/apply.ts';
import { gitHubOf, isPlanOf } from '../report/comment.ts';

// The plan that a comment on a pull request has shown, in a form that a later run can read, with secrets redacted.

/** An environment or a server with the rows of its plan. */
export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly PlanRow[];
  /** True for an environment of a pattern: the step skips it if the pull request has not shown it. */
  readonly isOptional: boolean;
}

/** A list or an object becomes text, however deep it is. */
const Value = v.optional(
  v.pipe(
    v.unknown(),
    v.transform((value) => (value instanceof Object ? JSON.stringify(value) : value)),
  ),
);

/** One change: the id of its place, the action, the declaration, the changed fields, and other facts (`factsOf`). */
const ApprovedRow = v.tuple([
  v.string(),
  v.string(),
  v.string(),
  v.array(v.tuple([v.string(), v.object({ from: Value, to: Value })])),
  v.array(v.tuple([v.string(), Value])),
]);
type ApprovedRow = v.InferOutput<typeof ApprovedRow>;

/** The changes shown for each environment or server, by its id. An environment without changes has an empty list. */
const Approval = v.record(v.string(), v.array(ApprovedRow));
export type Approval = v.InferOutput<typeof Approval>;

/** The limit for the unpacked plan in bytes, more than any plan needs: the comment is input from outside. */
const mostBytes = 4_000_000;
/** The line right below the marker of the comment. The step never writes text from outside there. */
const pattern = /^<!-- [^\n]* -->\n<!-- laravel-background-process shown ([\w-]+) -->\n/;

/** Returns the rows with changes, by environment or server. */
export function approvalOf(scopes: readonly Scope[], secrets: Secrets): Approval {
  return Object.fromEntries(
    scopes.map(({ id, rows }) => [id, rows.filter(changesSomething).map((row) => approvedRow(row, secrets))]),
  );
}

function changesSomething({ action }: PlanRow): boolean {
  return action !== 'keep' && action !== 'undeclared';
}

function approvedRow(row: PlanRow, secrets: Secrets): ApprovedRow {
  const { place, action, identity, changes } = row;
  const approved = [place.id, action, identity, sorted(changes), sorted(factsOf(row))];
  return v.parse(ApprovedRow, JSON.parse(secrets.redact(JSON.stringify(approved))));
}

/**
 * Returns the settings of a new process; for a replacement without the number of processes, which `changes` has. For an
 * existing process, `process` is its name: the declaration alone may fit several processes.
 */
function factsOf({ action, settings, endsReplacement, name, shared }: PlanRow): object {
  if (action === 'create') return settings;
  const { processes: _, ...options } = settings;
  const process = [name, ...shared].join(' · ');
  if (action === 'replace') return { ...options, process };
  return action === 'update' || endsReplacement === true ? { process } : {};
}

function sorted(fields: object): [field: string, value: unknown][] {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns the plan as a hidden line for the start of a comment. */
export function writeApproval(approval: Approval): string {
  const packed = deflateRawSync(JSON.stringify(approval)).toString('base64url');
  return `<!-- laravel-background-process shown ${packed} -->\n`;
}

/** Reads the plan that a comment has shown; undefined if the comment has no plan, or a damaged one. */
function approvalIn(body: string): Approval | undefined {
  const [, packed] = pattern.exec(body) ?? [];
  if (packed === undefined) return undefined;
  try {
    const text = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: mostBytes });
    return v.parse(Approval, JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
}

const goOn =
  'Nothing was changed. Show this plan in the dry run of a new pull request, or run the job once without approved-plan: require';

function orPermit(what: string): string {
  return `${goOn}. If ${what} exists, give the job permissions: { pull-requests: read }`;
}

/**
 * With `approved-plan: require`, throws a `Failure` for a plan that the merged pull request has not shown. Returns the
 * ids of optional environments to skip. A plan without changes needs no approval.
 */
export async function requireApproval(
  step: Step,
  inputs: PlanSubject,
  scopes: readonly Scope[],
): Promise<ReadonlySet<string>> {
  const changes = ({ rows }: Scope): boolean => rows.some(changesSomething);
  if (inputs.approvedPlan !== 'require' || !scopes.some(changes)) return new Set();
  step.doing('reading the plan in the pull request');
  const approvals = await readApprovals(step, inputs);
  const left = new Set<string>();
  const lines = scopes.flatMap((scope) => {
    const { id, name, rows, isOptional } = scope;
    const planned = rows.map((row) => ({ row, approved: approvedRow(row, step.secrets) }));
    const covering = approvals.flatMap((approval) => {
      const shown = Object.hasOwn(approval, id) ? approval[id] : undefined;
      return shown === undefined ? [] : [differences(shown, planned)];
    });
    if (covering.some((different) => different.length === 0)) return [];
    if (covering.length === 0 && isOptional && changes(scope)) {
      left.add(id);
      step.log.notice(`${name} is skipped: it is not in the pull request's plan.`);
      return [];
    }
    return (covering.at(-1) ?? differences([], planned)).map((line) => `${name}: ${line}`);
  });
  if (lines.length === 0) return left;
  throw new Failure({
    what: 'The plan is not the approved one',
    why: `\n${bullets(lines.map((line) => shorten(line, 500)))}\n`,
    fix: goOn,
    headline: `Not approved: ${counted(lines.length, 'difference', 'differences')} from the plan in the pull request`,
  });
}

async function readApprovals(step: Step, inputs: PlanSubject): Promise<readonly Approval[]> {
  const { file, connection } = inputs;
  const { GITHUB_SHA: sha, GITHUB_REF_NAME: branch } = step.environment;
  const gitHub = gitHubOf(step, inputs);
  if (gitHub === undefined || !sha || !branch)
    throw notKnown('GITHUB_SHA, GITHUB_REF_NAME or GITHUB_REPOSITORY is empty');
  const target = { ...gitHub, cutOff: step.cancelled };
  const isIt = isPlanOf({ service: connection.service.hints.service, file });
  try {
    const comments = await readMergedComments(target, { sha, branch }, isIt);
    if (comments === undefined)
      throw notKnown(
        `no pull request was merged into ${branch} as commit ${sha.slice(0, 7)}`,
        orPermit('the pull request'),
      );
    const { bodies, isEdited } = comments;
    const approvals = bodies.map(approvalIn).filter((approval) => approval !== undefined);
    if (approvals.length === 0 && isEdited)
      throw notKnown(`somebody else has edited the comment with the plan of ${file}`);
    if (approvals.length === 0)
      throw notKnown(
        `the pull request has no comment with a whole plan of ${file} by this token`,
        orPermit('the comment'),
      );
    return approvals;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const fix = fixFor(error.status);
    throw notKnown(error.why, fix && `${fix}. Nothing was changed`);
  }
}

function fixFor(status: number | undefined): string | undefined {
  if (status === 401 || status === 403 || status === 404)
    return 'Give the job permissions: { pull-requests: read }, and check github-token';
  const isTemporary =
    status === undefined || status < 300 || status === 408 || status === 429 || status >= 500;
  return isTemporary ? 'Run the job again later' : undefined;
}

function notKnown(why: string, fix = goOn): Failure {
  return new Failure({ what: 'The approval could not be found', why, fix });
}

/** A row of the plan, in full and as a comment shows it. */
interface PlannedRow {
  readonly row: PlanRow;
  readonly approved: ApprovedRow;
}

/** Returns a line for each difference between a plan and the shown plan of the same environment. */
function differences(shown: readonly ApprovedRow[], planned: readonly PlannedRow[]): readonly string[] {
  const left = shown.map((row) => ({
    row,
    keys: [row, restOf(row, planned)].map((each) => JSON.stringify(each)),
  }));
  const unshown = planned.filter(({ row, approved }) => {
    if (!changesSomething(row)) return false;
    const key = JSON.stringify(approved);
    const index = left.findIndex(({ keys }) => keys.includes(key));
    if (index !== -1) left.splice(index, 1);
    return index === -1;
  });
  const gone = left.filter(({ row }) => !isFulfilled(row, planned));
  return [
    ...unshown.map(
      ({ approved }) => `planned now, but not shown in the pull request: ${rowSentence(approved, planned)}`,
    ),
    ...gone.map(
      ({ row }) => `shown in the pull request, but no longer planned: ${rowSentence(row, planned)}`,
    ),
  ];
}

/**
 * Returns the missing part of a shown replacement after an interruption: the create or, if the new process exists
 * already, the deletion of the old one.
 */
function restOf(shown: ApprovedRow, planned: readonly PlannedRow[]): ApprovedRow | undefined {
  const [placeId, action, identity, , facts] = shown;
  if (action !== 'replace') return undefined;
  if (isFulfilled(shown, planned))
    return [placeId, 'delete', identity, [], facts.filter(([field]) => field === 'process')];
  const { process: _, ...settings } = Object.fromEntries(valuesAfter(shown));
  return [placeId, 'create', identity, [], sorted(settings)];
}

function valuesAfter([, , , changes, facts]: ApprovedRow): readonly [field: string, value?: unknown][] {
  return [...changes.map(([field, { to }]): [string, unknown] => [field, to]), ...facts];
}

/** True when the shown change was made already: an earlier run may have made it before it was interrupted. */
function isFulfilled(shown: ApprovedRow, planned: readonly PlannedRow[]): boolean {
  const [placeId, action, identity] = shown;
  const same = planned.filter(({ row, approved }) => row.place.id === placeId && approved[2] === identity);
  return action === 'delete'
    ? !same.some(({ row }) => row.action === 'undeclared')
    : same.some(({ row }) => row.action === 'keep' && valuesAfter(shown).every((one) => isMade(one, row)));
}

/** False if the process has another value than the shown one: the file may no longer declare the field. */
function isMade([field, to]: readonly [field: string, value?: unknown], { settings }: PlanRow): boolean {
  const now = settings[field];
  // A missing option is unset, as a flag that is false. Nothing is known of any other missing field.
  if (now === undefined || now === null)
    return !/^config\.(?!queue$|connection$)/.test(field) || to === false;
  // A service may write a number or a flag as text.
  return String(now) === String(to) || Number(now) === Number(to);
}

/** Returns a change as text: `update worker on queue high on App, 2 → 3 proc.` */
function rowSentence(
  [placeId, action, identity, changes, settings]: ApprovedRow,
  planned: readonly PlannedRow[],
): string {
  const place = planned.find(({ row }) => row.place.id === placeId)?.row.place.name ?? placeId;
  const changed = changes.map(([field, { from, to }]) => changeText(field, { from, to }));
  const has = settingsText(Object.fromEntries(settings));
  return [`${action} ${identity} on ${place}`, ...changed, has].filter((part) => part !== '').join(', ');
}
