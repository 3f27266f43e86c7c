import type { Pace } from '../../converge/pace.ts';
import { type Counts, changesIn, countsOf, countsText } from '../../converge/plan.ts';
import { inGroups, type PlanRow, planText } from '../../converge/text.ts';
import type { Ending } from '../../runner/ending.ts';
import { code, type Html, html, joined, link } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import { type Headline, heading, type Mark, maxSummaryBytes } from '../../runner/summary.ts';
import { shorten } from '../../text.ts';
import { type Approval, approvalOf, type Scope, writeApproval } from '../apply/approval.ts';
import type { PlanSubject } from '../inputs/apply.ts';
import { maxCommentBytes, postComment } from './comment.ts';
import { describeTime, type FittedBody, planBody } from './plan-body.ts';

/** The facts of a service that a plan shows. */
export interface PlanFacts {
  readonly pace: Pace;
  /** The rate limit in words: `Laravel Cloud lets an organization make 30 a minute`. */
  readonly limit: string;
  /** An explanation of the numbers, such as `Numbers are per replica.`; may be empty. */
  readonly explain: string;
}

/** A plan or its result. */
export interface ShownPlan {
  readonly kind: 'planned' | 'done';
  readonly rows: readonly PlanRow[];
  /**
   * `waiting`: changes wait for a deployment. `behind`: the step changed nothing, but the processes wait for a
   * deployment. `deployed`: a deployment has succeeded. `asleep`: the same, and nothing runs in the environment yet.
   */
  readonly effect?: 'waiting' | 'behind' | 'deployed' | 'asleep' | undefined;
  /** The names of the environments with this effect; empty if that is every environment that was changed or deployed. */
  readonly effectIn?: readonly string[] | undefined;
  /** The names of the environments that failed, if the plan is about several. */
  readonly failed?: ReadonlySet<string> | undefined;
  /** The next step or a later event, as paragraphs. */
  readonly next: Html;
}

/** The report of a plan and of its result: in the log, in the summary, and in one comment on the pull request. */
export class PlanReport {
  readonly step: Step;
  readonly inputs: PlanSubject;
  readonly #facts: PlanFacts;
  /** The environment or organization: as the workflow writes it, later by its real name. */
  where: string;
  /** The ids of the environments or servers. Later runs find the comment by these ids. */
  ids: readonly string[] = [];
  #shown: ShownPlan | undefined;
  #approval: Approval | undefined;

  /** Makes the step update the comment at its end, also after a failure. */
  constructor(step: Step, inputs: PlanSubject, facts: PlanFacts) {
    this.step = step;
    this.inputs = inputs;
    this.#facts = facts;
    this.where = inputs.where;
    const { file, input, commentInputs, connection } = inputs;
    if (!commentInputs.comment || commentInputs.token === '' || input === undefined) return;
    step.atEnd(async (ending) => {
      const key = { service: connection.service.hints.service, file, input, ids: this.ids };
      await postComment(step, inputs, key, this.#comment(ending));
    });
  }

  /** Stores the plan of each environment or server in the dry run's comment, for `approved-plan`. */
  covers(scopes: readonly Scope[]): void {
    this.#approval = approvalOf(scopes, this.step.secrets);
  }

  /** Shows the whole plan and its time in the log, before the step carries it out. */
  log(rows: readonly PlanRow[]): void {
    const { log } = this.step;
    const { places, unchanged, ids } = planText(rows, Infinity);
    log.info(`Plan for ${this.where}: ${countsText(countsOf(rows), 'planned')}`);
    const groups = inGroups(places) ?? [{ name: '', counts: undefined, places }];
    for (const { name, counts, places: own } of groups) {
      if (counts !== undefined) log.info(`${name}: ${countsText(counts, 'planned')}`);
      for (const line of own.flatMap(({ lines }) => lines)) log.info(line);
    }
    if (unchanged.length + ids.length > 0)
      log.group(unchanged.length === 0 ? 'Ids' : 'Unchanged, and ids', [...unchanged, ...ids]);
    const time = this.#timeOf(rows);
    if (time !== undefined) log.info(time);
  }

  /** Returns the time of the changes and the rate limit in words, for a long plan only. */
  #timeOf(rows: readonly PlanRow[]): string | undefined {
    return describeTime(changesIn(countsOf(rows)), this.#facts.pace, this.#facts.limit);
  }

  /** Shows the plan or its result in the summary, and sets the outputs. The last call counts, also for the comment. */
  show(shown: ShownPlan): void {
    const { kind, rows } = shown;
    // A run that is no dry run shows a plan only if it refuses the plan.
    const isRefused = kind === 'planned' && !this.inputs.dryRun;
    const warn = (line: string): void => this.step.log.warning(line);
    this.step.output(
      isRefused ? planOutputs(rows.map(refused), 'done', warn) : planOutputs(rows, kind, warn),
    );
    if (kind === 'done') this.#logDone(countsOf(rows));
    if (this.#shown === undefined)
      this.step.summarize(() => this.#body(this.#shown ?? shown, maxPlanBytes).body);
    this.#tell(shown);
  }

  #logDone(counts: Counts): void {
    const text = countsText({ ...counts, undeclared: 0 }, 'done');
    this.step.log.info(counts.undone > 0 ? text : `Done: ${text}`);
  }

  /** Shows a later event: another state of the processes, and another next step. */
  update(later: Pick<ShownPlan, 'effect' | 'effectIn' | 'next'>): void {
    if (this.#shown !== undefined) this.#tell({ ...this.#shown, ...later });
  }

  #tell(shown: ShownPlan): void {
    this.#shown = shown;
    const own = this.#headline(shown);
    if (own !== undefined) this.step.headline(own.mark, own.text);
  }

  /** Returns the headline; undefined if a change was not made, since the failure is the headline then. */
  #headline({ kind, rows, effect, effectIn = [] }: ShownPlan): Headline | undefined {
    if (rows.some(({ status }) => status === 'failed' || status === 'not-done')) return undefined;
    const counts = countsOf(rows);
    const hasChanges = changesIn(counts) > 0;
    const what = kind === 'planned' ? 'Plan for' : 'Background processes of';
    const counted = html`${what} ${code(this.where)}: ${placesText(rows)}${countsText(counts, kind)}`;
    const where = effectIn.length === 0 ? html`` : html` in ${joined(effectIn.map(code), html`, `)}`;
    if (effect === 'asleep')
      return { mark: 'waiting', text: html`${counted} · deployed, but nothing runs yet${where}` };
    if (effect === 'behind' || (effect === 'waiting' && hasChanges))
      return { mark: 'waiting', text: html`${counted} · not live yet${where}` };
    if (effect === 'deployed') return { mark: 'done', text: html`${counted} · deployed${where}` };
    return { mark: planMark(kind, counts), text: counted };
  }

  #comment(ending: Ending | undefined): string {
    const shown = this.#shown;
    const own = shown && this.#headline(shown);
    const details = ending && shorten(ending.details, maxDetails);
    const cut = details === ending?.details ? '' : '\nThe log has all of it.';
    const head = heading(own, ending && { ...ending, details: `${details}${cut}` }, this.step.warnings);
    const redacted = (markup: Html): string => this.step.secrets.redact(markup.markup);
    if (shown === undefined)
      return redacted(
        html`${head}<p>Manifest: ${code(this.inputs.file)}<br><sub>${this.#origin()}</sub></p>`,
      );
    const room = maxCommentBytes - Buffer.byteLength(head.markup);
    const line = this.#approval === undefined ? '' : writeApproval(this.#approval);
    const { body, isWhole } = this.#body(shown, room - line.length);
    if (line === '' || isWhole) return `${line}${redacted(html`${head}${body}`)}`;
    const missing = html`<p>This plan is too long to be approved by <code>approved-plan</code>.</p>`;
    const inFull = this.#body(shown, room - Buffer.byteLength(missing.markup));
    return redacted(html`${head}${missing}${inFull.body}`);
  }

  /** Returns the body, cut to fit into `most` bytes together with its frame. */
  #body({ kind, rows, failed = new Set(), next }: ShownPlan, most: number): FittedBody {
    const { explain } = this.#facts;
    const lead = html`<p>${this.#lead(kind, rows)}<sub>${this.#origin()}</sub></p>`;
    const textOf = (room?: number) => planText(rows, room);
    const fits = ({ markup }: Html) => Buffer.byteLength(this.step.secrets.redact(markup)) <= most - 1_000;
    return planBody({ kind, lead, explain, next, file: this.inputs.file, failed, textOf }, fits);
  }

  /** Returns the sentences above a plan, about its time, deletions, undeclared processes and replacements. */
  #lead(kind: ShownPlan['kind'], rows: readonly PlanRow[]): Html {
    // Without a dry run, a plan is shown only if it is refused.
    if (kind === 'done' || !this.inputs.dryRun) return html``;
    const counts = countsOf(rows);
    const { deleted, replaced, undeclared } = counts;
    const time = this.#timeOf(rows);
    // Without `prune`, a plan deletes nothing else.
    const going = this.inputs.prune
      ? 'Processes that are not in the manifest'
      : 'What an interrupted replacement has left';
    const sentences = [
      ...(time === undefined ? [] : [html`<strong>${time}.</strong>`]),
      ...(changesIn(counts) > 0 ? [html`Nothing has been changed yet.`] : []),
      ...(deleted > 0 ? [html`${going} <strong>will be deleted</strong>.`] : []),
      ...(undeclared > 0 && !this.inputs.prune
        ? [html`Processes that are not in the manifest are kept.`]
        : []),
      ...(replaced > 0 ? [html`A replaced process is down for a few seconds.`] : []),
    ];
    return sentences.length === 0 ? html`` : html`${joined(sentences, html` `)}<br>`;
  }

  /** Returns the run, the commit and the value of `prune`. */
  #origin(): Html {
    const { run, commit } = this.step.workflow;
    const parts = [
      ...(run === undefined ? [] : [link(run.url, html`Run ${run.id}`)]),
      ...(commit === undefined ? [] : [html`commit ${link(commit.url, code(commit.sha.slice(0, 7)))}`]),
      html`<code>prune: ${String(this.inputs.prune)}</code>`,
    ];
    return joined(parts, html` · `);
  }
}

/** Returns `4 of 13 environments, `; empty for one environment. */
function placesText(rows: readonly PlanRow[]): string {
  const within = (some: readonly PlanRow[]) => new Set(some.flatMap(({ place }) => place.within ?? []));
  const all = within(rows);
  const changed = within(rows.filter((row) => changesIn(countsOf([row])) > 0));
  return all.size < 2 ? '' : `${changed.size} of ${all.size} environments, `;
}

/** Returns the mark of the headline: a warning sign for a plan that only deletes. */
function planMark(kind: ShownPlan['kind'], counts: Counts): Mark {
  if (changesIn(counts) === 0) return 'nothing';
  if (kind === 'done') return 'done';
  return changesIn(counts) === counts.deleted ? 'drifted' : 'planned';
}

/** The limit for a plan in the summary: the headline with its warnings, and logs, need room, too. */
const maxPlanBytes = maxSummaryBytes - 200_000;

/** The most characters of a failure's details in the comment, which leave room for the plan in any markup. */
const maxDetails = 8_000;

/** Returns a row of a plan that was refused as a whole. */
export function refused(row: PlanRow): PlanRow {
  return row.action === 'keep' || row.action === 'undeclared'
    ? { ...row, status: 'done' }
    : { ...row, status: 'not-done', outcome: undefined, error: 'the plan was refused' };
}

/** Returns the outputs of a plan (`planned`) or of its result (`done`). */
function planOutputs(
  rows: readonly PlanRow[],
  kind: 'planned' | 'done',
  warn: (line: string) => void,
): Outputs {
  const counts = countsOf(rows);
  const { created, updated, replaced, deleted, unchanged, undeclared } = counts;
  const declared = rows.filter(({ action }) => action !== 'delete' && action !== 'undeclared');
  const changed = kind === 'planned' ? 'would-change' : 'changed';
  return {
    outcome: changesIn(counts) > 0 ? changed : 'unchanged',
    created: String(created),
    // A replacement is how Forge changes a process.
    updated: String(updated + replaced),
    deleted: String(deleted),
    unchanged: String(unchanged),
    undeclared: String(undeclared),
    'plan-json': planJson(rows.map(reported), warn),
    'ids-json': JSON.stringify(declared.map(({ processId }) => processId ?? null)),
  };
}

/** Returns a row of `plan-json`, without any cut. */
function reported({ action, particulars, identity, processId, changes, status, error }: PlanRow) {
  return {
    action,
    ...particulars,
    identity,
    /** Null if there is no process yet. */
    process_id: processId ?? null,
    changes,
    status,
    error: error ?? null,
  };
}

/** The limit for `plan-json`. GitHub allows a job 1 MB of outputs, and counts two bytes for each character. */
const maxCharacters = 480_000;

/** Returns `plan-json`. If it is too long, leaves out rows, unchanged ones first, and calls `warn`. */
export function planJson(
  operations: readonly { readonly action: string }[],
  warn: (line: string) => void,
): string {
  const pieces = operations.map((operation) => ({ ...operation, json: JSON.stringify(operation) }));
  const rankOf = ({ action }: { readonly action: string }): number => (action === 'keep' ? 1 : 0);
  let room = maxCharacters;
  const fitting = new Set<object>();
  for (const piece of pieces.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    room -= piece.json.length + 1;
    if (room < 0) break;
    fitting.add(piece);
  }
  if (fitting.size < pieces.length)
    warn(
      `plan-json leaves out ${pieces.length - fitting.size} of ${pieces.length} operations, unchanged ones first, since GitHub allows outputs of 1 MB. The counts and the log are complete.`,
    );
  const shown = pieces.filter((piece) => fitting.has(piece)).map(({ json }) => json);
  return `[${shown.join(',')}]`;
}
