import { type Counts, changesIn, type Place } from '../../converge/plan.ts';
import { countsText, type PlanRow, planText } from '../../converge/text.ts';
import type { Ending } from '../../runner/ending.ts';
import { code, type Html, html, joined, link } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { failed, headline, type Mark, maxSummaryBytes, warnings } from '../../runner/summary.ts';
import type { Commenting } from '../inputs/plan.ts';
import { maxCommentBytes, postComment } from './comment.ts';
import { mostThatFit, planBody } from './plan-body.ts';

/** What a plan is about, as far as the inputs tell it. */
export interface PlanSubject {
  /** `Laravel Cloud`. */
  readonly service: string;
  /** What a number of processes means there, if that is not plain. */
  readonly explain: string;
  /** Whose processes they are, as it was written: an environment, an organization. */
  readonly where: string;
  /** The inputs that name what the plan is about, as they are written. Undefined if one of them is missing: then there is no comment. */
  readonly input: readonly string[] | undefined;
  readonly file: string;
  readonly prune: boolean;
  readonly commenting: Commenting;
  readonly connection: { readonly requestTimeout: number };
}

/** A plan, or what became of it. */
export interface ShownPlan {
  readonly kind: 'planned' | 'done';
  readonly rows: readonly PlanRow[];
  readonly counts: Counts;
  /** What is to be done now, or what has happened since; markup of whole paragraphs. */
  readonly next: Html;
}

/** What a reader is shown of a plan: in the log, in the summary, and in one comment that tells how it has ended. */
export class PlanReport {
  readonly #step: Step;
  readonly #subject: PlanSubject;
  #where: string;
  #ids: readonly string[] = [];
  #noteOf: ((place: Place) => string | undefined) | undefined;
  #shown: ShownPlan | undefined;

  /** From now on the comment is brought up to date when the step ends, whatever becomes of it. */
  constructor(step: Step, subject: PlanSubject) {
    this.#step = step;
    this.#subject = subject;
    this.#where = subject.where;
    const { service, file, input, commenting, connection } = subject;
    if (!commenting.comment || commenting.token === '' || input === undefined) return;
    const target = { token: commenting.token, requestTimeout: connection.requestTimeout };
    step.atEnd(async (failure) => {
      const key = { service, file, input, ids: this.#ids };
      await postComment(step, { ...target, key }, this.#comment(failure));
    });
  }

  /** The ids of what the plan is about, as soon as they are known: by them the comment is found again. */
  identify(ids: readonly string[]): void {
    this.#ids = ids;
  }

  /** To be told as soon as it is known: the real name, and what to say of each place, such as its replicas. */
  found(where: string, noteOf: (place: Place) => string | undefined): void {
    this.#where = where;
    this.#noteOf = noteOf;
  }

  /** Shows a plan in the log, before it is carried out. */
  log({ rows, counts }: Pick<ShownPlan, 'rows' | 'counts'>): void {
    const { log } = this.#step;
    const { diff, unchanged, ids } = planText(rows, this.#noteOf);
    log.info(`Plan for ${this.#where}: ${countsText(counts, 'planned')}. ${pruneText(this.#subject.prune)}`);
    for (const line of diff) log.info(line);
    if (unchanged.length + ids.length > 0) log.group('Unchanged, and ids', [...unchanged, ...ids]);
  }

  /** Shows in the summary what is planned, or what was done. The comment holds the last that was shown. */
  show(shown: ShownPlan): void {
    this.#shown = shown;
    // When something has failed, the step says so above everything else.
    const title = hasFailed(shown) ? html`` : this.#title(shown);
    this.#step.summarize(this.#body(title, html``, maxSummaryBytes));
  }

  /** What the comment says instead of the next step that was shown. */
  next(next: Html): void {
    if (this.#shown !== undefined) this.#shown = { ...this.#shown, next };
  }

  #comment(failure: Ending | undefined): string {
    const own = this.#shown === undefined ? html`` : this.#title(this.#shown);
    const title = html`${failure === undefined ? own : failureThatFits(failure)}${warnings(this.#step.warnings)}`;
    const why = html``;
    return this.#step.secrets.redact(this.#body(title, why, maxCommentBytes).markup);
  }

  #title(shown: ShownPlan): Html {
    return headline(markOf(shown), html`${this.#name()}: ${countsText(shown.counts, shown.kind)}`);
  }

  #name(): Html {
    return html`Background processes of ${code(this.#where)}`;
  }

  /** Cut so that it fits, with room for what goes around it. */
  #body(title: Html, why: Html, most: number): Html {
    const { explain, file } = this.#subject;
    const head = html`${title}${this.#lead()}${why}`;
    if (this.#shown === undefined) return html`${head}<p>Manifest: ${code(file)}</p>`;
    const { rows, next } = this.#shown;
    const body = { explain, next, file, text: planText(rows, this.#noteOf) };
    const room = most - 1_000 - Buffer.byteLength(head.markup);
    const fits = ({ markup }: Html): boolean => Buffer.byteLength(this.#step.secrets.redact(markup)) <= room;
    return html`${head}${planBody(body, fits)}`;
  }

  /** What to know before one reads it: how serious it is, and of which run and commit it is. */
  #lead(): Html {
    const { prune, service } = this.#subject;
    const planned = `This is only a plan for ${service}: nothing has been changed yet. `;
    const text = this.#shown && `${this.#shown.kind === 'planned' ? planned : ''}${pruneText(prune)}`;
    return html`<p>${text === undefined ? html`` : html`${text}<br>`}<sub>${this.#origin()}</sub></p>`;
  }

  #origin(): Html {
    const { run, commit } = this.#step.workflow;
    const parts = [
      ...(run === undefined ? [] : [link(run.url, html`Run ${run.id}`)]),
      ...(commit === undefined ? [] : [html`commit ${link(commit.url, code(commit.sha.slice(0, 7)))}`]),
    ];
    return joined(parts, html` · `);
  }
}

/** Why the step failed, cut so that half of the comment is left for the plan. */
function failureThatFits(failure: Ending): Html {
  const lines = failure.details.split('\n');
  const most = mostThatFit(lines.length, (count) => {
    const details = lines.slice(0, count).join('\n');
    return Buffer.byteLength(failed({ ...failure, details }).markup) <= maxCommentBytes / 2;
  });
  const left = lines.length - most;
  const cut = left > 0 ? html`<p>${left} more lines do not fit here; the log has them all.</p>` : html``;
  return html`${failed({ ...failure, details: lines.slice(0, most).join('\n') })}${cut}`;
}

function pruneText(prune: boolean): string {
  return prune ? 'Prune is on: what is not declared is deleted.' : 'Prune is off: nothing is deleted.';
}

function hasFailed({ rows }: ShownPlan): boolean {
  return rows.some(({ status }) => status === 'failed' || status === 'not-done');
}

function markOf(shown: ShownPlan): Mark {
  if (hasFailed(shown)) return 'failed';
  if (changesIn(shown.counts) === 0) return 'nothing';
  return shown.kind === 'planned' ? 'planned' : 'done';
}
