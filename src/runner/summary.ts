import { appendFileSync } from 'node:fs';
import { messageOf } from '../failure.ts';
import type { Ending } from './ending.ts';
import { code, type Html, html, joined, prose } from './html.ts';
import type { Log } from './log.ts';
import type { Secrets } from './secrets.ts';

/** GitHub drops the whole summary of a step when it is over 1 MiB; this leaves a little room. */
export const maxSummaryBytes = 1_000_000;

/** A longer table ends with the number of rows that are left out. */
const maxRows = 500;

/** What a glance at a report gets first. */
export type Mark = keyof typeof marks;

const marks = {
  done: html`✅`,
  /** Done, and waiting for a deployment. */
  waiting: html`🟡`,
  nothing: html`➖`,
  planned: html`📝`,
  drifted: html`⚠️`,
  failed: html`❌`,
  cancelled: html`🚫`,
} as const;

/** The first line of a report: what happened to what. */
export function headline(mark: Mark, text: Html): Html {
  return html`<h3>${marks[mark]} ${text}</h3>`;
}

/** What is likely to go wrong, below the headline. */
function warnings(messages: readonly string[]): Html {
  return html`${messages.slice(0, maxWarnings).map((message) => html`<p>⚠️ ${prose(message)}</p>`)}${moreWarnings(messages.length - maxWarnings)}`;
}

const maxWarnings = 20;

function moreWarnings(count: number): Html {
  return count > 0 ? html`<p>⚠️ ${count} more warnings are in the log.</p>` : html``;
}

/** What the reader has to do now. */
export function next(text: Html): Html {
  return html`<p><strong>Next:</strong> ${text}</p>`;
}

/** A table with a header row. Columns that say nothing are left out. */
export function table(header: readonly string[], rows: readonly (readonly Html[])[]): Html {
  const says = (column: number): boolean => rows.some((cells) => cells[column]?.markup);
  const used = header.flatMap((text, column) => (says(column) ? [{ text, column }] : []));
  const shown = rows.slice(0, maxRows);
  const head = used.map(({ text }) => html`<th align="left">${text}</th>`);
  const body = shown.map(
    (cells) => html`<tr>${used.map(({ column }) => html`<td>${cells[column] ?? html``}</td>`)}</tr>`,
  );
  const more = rows.length - shown.length;
  const rest = more > 0 ? html`<tr><td colspan="${used.length}">and ${more} more</td></tr>` : html``;
  return html`<table><tr>${head}</tr>${body}${rest}</table>`;
}

/** A table of names and values, read downwards. */
export function facts(rows: readonly (readonly [name: string, value: Html])[]): Html {
  return html`<table>${rows.map(([name, value]) => html`<tr><th align="left">${name}</th><td>${value}</td></tr>`)}</table>`;
}

/** Why a step failed: its lines as paragraphs, those that begin with a dash as a list. An indented line goes on with the item before it. */
export function reasons(message: string): Html {
  const blocks: Html[] = [];
  let items: Html[] = [];
  const endList = (): void => {
    if (items.length > 0) blocks.push(html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`);
    items = [];
  };
  for (const line of message.split('\n').filter((text) => text.trim() !== '')) {
    const item = items.at(-1);
    if (line.startsWith('- ')) items.push(labelled(line.slice(2)));
    else if (line.startsWith('  ') && item !== undefined)
      items = [...items.slice(0, -1), html`${item}<br>${prose(line.trim())}`];
    else {
      endList();
      blocks.push(html`<p>${labelled(line)}</p>`);
    }
  }
  endList();
  return html`${blocks}`;
}

/** What a line is about in bold: `Failed: ...`, `Next: ...`. */
function labelled(line: string): Html {
  const [, label, rest = ''] =
    /^(Failed|Not checked|Not started|Not known|Done|Next): (.*)$/s.exec(line) ?? [];
  return label === undefined ? prose(line) : html`<strong>${label}:</strong> ${prose(rest)}`;
}

export interface Headline {
  readonly mark: Mark;
  readonly text: Html;
  /** What must be known before anything else, warnings too: markup of a paragraph. */
  readonly lead?: Html;
}

/** A part of a summary, or what makes it when the step ends. */
export type Block = Html | (() => Html);

export class Report {
  readonly warnings: string[] = [];
  readonly #blocks: Block[] = [];
  readonly #ids = new Map<string, Set<string>>();
  #headline: Headline | undefined;

  headline(mark: Mark, text: Html, lead = html``): void {
    this.#headline = { mark, text, lead };
  }

  add(block: Block): void {
    this.#blocks.push(block);
  }

  identify(what: string, id: string | undefined): void {
    if (id !== undefined && id !== '') this.#ids.set(what, (this.#ids.get(what) ?? new Set()).add(id));
  }

  /** All of it, under one headline. */
  blocks(ending: Ending | undefined): readonly Html[] {
    const head = heading(this.#headline, ending, this.warnings);
    const blocks = this.#blocks.map((block) => (typeof block === 'function' ? block() : block));
    return [head, ...blocks, idLine(this.#ids)].filter(({ markup }) => markup !== '');
  }
}

/** Ids last, and small: `process process-1 · deployment depl-1, depl-2`. */
function idLine(all: ReadonlyMap<string, ReadonlySet<string>>): Html {
  const named = [...all].map(([what, ids]) => html`${what} ${joined([...ids].map(code), html`, `)}`);
  return named.length === 0 ? html`` : html`<p><sub>${joined(named, html` · `)}</sub></p>`;
}

/** What a glance gets: one headline, and warnings. If the step has failed, that is the headline, and its own is bold text. */
export function heading(
  own: Headline | undefined,
  ending: Ending | undefined,
  messages: readonly string[],
): Html {
  const warned = warnings(messages);
  if (ending === undefined)
    return html`${own === undefined ? html`` : headline(own.mark, own.text)}${own?.lead ?? html``}${warned}`;
  // A drift is what the plan's own headline says, too.
  const before =
    own === undefined || ending.mark === 'drifted' ? html`` : html`<p><strong>${own.text}</strong></p>`;
  return html`${headline(ending.mark, prose(ending.headline))}${reasons(ending.details)}${warned}${before}`;
}

/** Appends blocks to the file of the job's summary page. A summary that cannot be written never fails the step. */
export function writeSummary(
  file: string | undefined,
  blocks: readonly Html[],
  secrets: Secrets,
  log: Log,
): void {
  const texts = blocks.map(({ markup }) => secrets.redact(markup));
  try {
    if (!file) throw new Error('GITHUB_STEP_SUMMARY is not set');
    appendFileSync(file, `${whatFits(texts).join('\n\n')}\n\n`);
  } catch (error) {
    log.debug(`The summary could not be written: ${messageOf(error)}`);
  }
}

/** The blocks that fit, in their order; in the place of the others is a sentence at the end. */
function whatFits(texts: readonly string[]): readonly string[] {
  let room = maxSummaryBytes;
  const fitting = texts.filter((text) => {
    const size = Buffer.byteLength(text) + 2;
    if (size > room) return false;
    room -= size;
    return true;
  });
  return fitting.length === texts.length ? fitting : [...fitting, tooLarge.markup];
}

const tooLarge = html`<p>The rest of this summary is too large to show; see the step’s outputs.</p>`;
