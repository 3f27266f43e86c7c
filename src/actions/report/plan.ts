import type { Place } from '../../converge/plan.ts';
import { type Counts, changesIn, countsOf, countsText } from '../../converge/results.ts';
import { inGroups, type PlanRow, planText } from '../../converge/text.ts';
import type { Ending } from '../../runner/ending.ts';
import { code, type Html, html, joined, link } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { type Headline, heading, type Mark, maxSummaryBytes, reasons } from '../../runner/summary.ts';
import type { CommentInputs } from '../inputs/apply.ts';
import { type Approval, approvalOf, writeApproval } from './approval.ts';
import { maxCommentBytes, postComment } from './comment.ts';
import { fitsWhole, mostThatFit, planBody } from './plan-body.ts';

/** The subject of a plan, from the inputs. */
export interface PlanSubject {
  /** The service's name: `Laravel Cloud`. */
  readonly service: string;
  /** An explanation of the numbers, such as `Numbers are per replica.`; may be empty. */
  readonly explain: string;
  /** The environment or organization, as the workflow writes it. */
  readonly where: string;
  /**
   * The inputs that name the environment or organization. Undefined if a needed input is missing: then there is no
   * comment.
   */
  readonly input: readonly string[] | undefined;
  readonly file: string;
  readonly prune: boolean;
  readonly commentInputs: CommentInputs;
  readonly connection: { readonly requestTimeout: number };
}

/** A plan or its result. */
export interface ShownPlan {
  readonly kind: 'planned' | 'done';
  readonly rows: readonly PlanRow[];
  /** The time of the changes and the rate limit in words, for a long plan only. */
  readonly time?: string | undefined;
  /**
   * `waiting`: changes wait for a deployment. `behind`: the step changed nothing, but the processes wait for a
   * deployment. `deployed`: all processes are live. `asleep`: all are deployed, and the environment sleeps.
   */
  readonly effect?: 'waiting' | 'behind' | 'deployed' | 'asleep' | undefined;
  /** The names of the environments that failed, if the plan is about several. */
  readonly failed?: ReadonlySet<string> | undefined;
  /** The next step or a later event, as paragraphs. */
  readonly next: Html;
}

/** The report of a plan and of its result: in the log, in the summary, and in one comment on the pull request. */
export class PlanReport {
  readonly #step: Step;
  readonly #subject: PlanSubject;
  #where: string;
  #ids: readonly string[] = [];
  #noteOf: ((place: Place) => string | undefined) | undefined;
  #shown: ShownPlan | undefined;
  #approvalOf: ((rows: readonly PlanRow[]) => Approval) | undefined;

  /** Makes the step update the comment at its end, also after a failure. */
  constructor(step: Step, subject: PlanSubject) {
    this.#step = step;
    this.#subject = subject;
    this.#where = subject.where;
    const { service, file, input, commentInputs, connection } = subject;
    if (!commentInputs.comment || commentInputs.token === '' || input === undefined) return;
    const target = { token: commentInputs.token, requestTimeout: connection.requestTimeout };
    step.atEnd(async (ending) => {
      const key = { service, file, input, ids: this.#ids };
      await postComment(step, { ...target, key }, this.#comment(ending));
    });
  }

  /** Sets the ids of the environments or servers. Later runs find the comment by these ids. */
  identify(ids: readonly string[]): void {
    this.#ids = ids;
  }

  /** The environment or organization: as the workflow writes it, later by its real name. */
  get where(): string {
    return this.#where;
  }

  /** Sets the real name, and the function that returns the note of each place, such as its replicas. */
  found(where: string, noteOf: (place: Place) => string | undefined): void {
    this.#where = where;
    this.#noteOf = noteOf;
  }

  /** Stores the plan of each environment or server in the dry run's comment, for `approved-plan`. */
  covers(scopes: readonly string[], scopeOf: (placeId: string) => string): void {
    this.#approvalOf = (rows) => approvalOf(rows, scopes, scopeOf, this.#step.secrets);
  }

  /** Shows the whole plan in the log, before the step carries it out. */
  log(rows: readonly PlanRow[]): void {
    const { log } = this.#step;
    const { places, unchanged, ids } = planText(rows, this.#noteOf, Infinity);
    log.info(`Plan for ${this.#where}: ${countsText(countsOf(rows), 'planned')}`);
    const groups = inGroups(places) ?? [{ name: '', counts: undefined, places }];
    for (const { name, counts, places: own } of groups) {
      if (counts !== undefined) log.info(`${name}: ${countsText(counts, 'planned')}`);
      for (const line of own.flatMap(({ lines }) => lines)) log.info(line);
    }
    if (unchanged.length + ids.length > 0) log.group('Unchanged, and ids', [...unchanged, ...ids]);
  }

  /** Shows the plan or its result in the summary. The last call counts, also for the comment. */
  show(shown: ShownPlan): void {
    const isFirst = this.#shown === undefined;
    this.#shown = shown;
    this.#tellHeadline(shown);
    if (isFirst) this.#step.summarize(() => this.#body(this.#shown ?? shown, maxSummaryBytes));
  }

  /** Shows that all processes are deployed: live, or asleep. */
  inEffect(effect: 'deployed' | 'asleep'): void {
    this.#now(effect, html``);
  }

  /** Shows a later event in place of the next step. */
  since(text: Html): void {
    this.#now(this.#shown?.effect, text);
  }

  /** Shows that the processes wait for a deployment, although the step changed nothing. */
  isBehind(next: Html): void {
    this.#now('behind', next);
  }

  #now(effect: ShownPlan['effect'], next: Html): void {
    if (this.#shown === undefined) return;
    this.#shown = { ...this.#shown, effect, next };
    this.#tellHeadline(this.#shown);
  }

  #tellHeadline(shown: ShownPlan): void {
    const own = this.#headline(shown);
    if (own !== undefined) this.#step.headline(own.mark, own.text, own.lead);
  }

  /** Returns the headline; undefined if a change was not made, since the failure is the headline then. */
  #headline({ kind, rows, effect, time }: ShownPlan): Headline | undefined {
    if (rows.some(({ status }) => status === 'failed' || status === 'not-done')) return undefined;
    const counts = countsOf(rows);
    const isWaiting = effect === 'behind' || (effect === 'waiting' && changesIn(counts) > 0);
    const lead = time === undefined || kind === 'done' ? html`` : html`<p><strong>${time}.</strong></p>`;
    const what = kind === 'planned' ? 'Plan for' : 'Background processes of';
    const isDeployed = effect === 'deployed';
    const isAsleep = effect === 'asleep';
    const deployed = changesIn(counts) > 0 ? ' · live now' : ' · deployed, live now';
    const waits = isAsleep ? ' · deployed, but asleep' : ' · not live yet';
    const live = isWaiting || isAsleep ? waits : isDeployed ? deployed : '';
    const mark = isWaiting || isAsleep ? 'waiting' : isDeployed ? 'done' : markOf(kind, counts);
    return {
      mark,
      text: html`${what} ${code(this.#where)}: ${placesText(rows)}${countsText(counts, kind)}${live}`,
      lead,
    };
  }

  #comment(ending: Ending | undefined): string {
    const shown = this.#shown;
    const own = shown && this.#headline(shown);
    const head = heading(own, ending && cutToHalf(ending), this.#step.warnings);
    const { file } = this.#subject;
    if (shown === undefined)
      return this.#step.secrets.redact(
        html`${head}<p>Manifest: ${code(file)}<br><sub>${this.#origin(false)}</sub></p>`.markup,
      );
    const room = maxCommentBytes - Buffer.byteLength(head.markup);
    const approval = shown.kind === 'planned' ? this.#approvalOf?.(shown.rows) : undefined;
    const line = approval === undefined ? '' : writeApproval(approval);
    if (line !== '' && this.#fits(shown, room - line.length)) {
      const body = this.#body(shown, room - line.length);
      return `${line}${this.#step.secrets.redact(html`${head}${body}`.markup)}`;
    }
    const missing =
      line === '' ? html`` : html`<p>This plan is too long to be approved by <code>approved-plan</code>.</p>`;
    const body = this.#body(shown, room - Buffer.byteLength(missing.markup));
    return this.#step.secrets.redact(html`${head}${missing}${body}`.markup);
  }

  #fits(shown: ShownPlan, most: number): boolean {
    const { body, fits } = this.#parts(shown, most);
    return fitsWhole(body, fits);
  }

  /** Returns the body, cut to fit into `most` bytes together with its frame. */
  #body(shown: ShownPlan, most: number): Html {
    const { body, fits } = this.#parts(shown, most);
    return planBody(body, fits);
  }

  #parts({ kind, rows, failed = new Set(), next }: ShownPlan, most: number) {
    const { explain, file } = this.#subject;
    const told = this.#lead(kind, rows);
    const lead = html`<p>${told}<sub>${this.#origin(told.markup.includes('prune: '))}</sub></p>`;
    const textOf = (room?: number) => planText(rows, this.#noteOf, room);
    const fits = ({ markup }: Html) => Buffer.byteLength(this.#step.secrets.redact(markup)) <= most - 1_000;
    return { body: { kind, lead, explain, next, file, failed, textOf }, fits };
  }

  /** Returns the sentences above a plan, about its deletions, undeclared processes and replacements. */
  #lead(kind: ShownPlan['kind'], rows: readonly PlanRow[]): Html {
    if (kind === 'done') return html``;
    const counts = countsOf(rows);
    const { deleted, replaced, undeclared } = counts;
    const sentences = [
      ...(changesIn(counts) > 0 ? [html`Nothing has been changed yet.`] : []),
      ...(deleted > 0
        ? [
            html`Processes that are not in the manifest <strong>will be deleted</strong> (<code>prune: true</code>).`,
          ]
        : []),
      ...(undeclared > 0 && !this.#subject.prune
        ? [html`Processes that are not in the manifest are kept (<code>prune: false</code>).`]
        : []),
      ...(replaced > 0 ? [html`A replaced process is down for a few seconds.`] : []),
    ];
    return sentences.length === 0 ? html`` : html`${joined(sentences, html` `)}<br>`;
  }

  /** Returns the run, the commit and, unless the sentences above name it, the value of `prune`. */
  #origin(saysPrune: boolean): Html {
    const { run, commit } = this.#step.workflow;
    const parts = [
      ...(run === undefined ? [] : [link(run.url, html`Run ${run.id}`)]),
      ...(commit === undefined ? [] : [html`commit ${link(commit.url, code(commit.sha.slice(0, 7)))}`]),
      ...(saysPrune ? [] : [html`<code>prune: ${String(this.#subject.prune)}</code>`]),
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
function markOf(kind: ShownPlan['kind'], counts: Counts): Mark {
  if (changesIn(counts) === 0) return 'nothing';
  if (kind === 'done') return 'done';
  return changesIn(counts) === counts.deleted ? 'drifted' : 'planned';
}

/** Cuts a failure, so that half of the comment is left for the plan. */
function cutToHalf(ending: Ending): Ending {
  const lines = ending.details.split('\n');
  const first = (count: number): string => lines.slice(0, count).join('\n');
  const most = mostThatFit(
    lines.length,
    (count) => Buffer.byteLength(reasons(first(count)).markup) <= maxCommentBytes / 2,
  );
  if (most === lines.length) return ending;
  const cut = `${lines.length - most} more lines do not fit here; the log has all of them.`;
  return { ...ending, details: `${first(most)}\n${cut}` };
}
