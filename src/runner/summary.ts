import { appendFileSync } from 'node:fs';
import { messageOf } from '../failure.ts';
import type { Ending } from './ending.ts';
import { code, type Html, html, joined, prose } from './html.ts';
import type { Log } from './log.ts';
import type { Secrets } from './secrets.ts';

/** The largest number of bytes in a summary: GitHub drops a summary of over 1 MiB. */
export const maxSummaryBytes = 1_000_000;

/** The largest number of rows in a table. A longer table ends with the number of missing rows. */
const maxRows = 500;

/** The sign at the start of a headline. */
export type Mark = keyof typeof marks;

const marks = {
  done: html`✅`,
  /** The step is done, and its changes wait for a deployment. */
  waiting: html`🟡`,
  nothing: html`➖`,
  planned: html`📝`,
  drifted: html`⚠️`,
  failed: html`❌`,
  cancelled: html`🚫`,
} as const;

/** Makes the first line of a report: the outcome and its subject. */
function headline(mark: Mark, text: Html): Html {
  return html`<h3>${marks[mark]} ${text}</h3>`;
}

/** Makes the warnings below the headline. */
function warnings(messages: readonly string[]): Html {
  const more = messages.length - maxWarnings;
  const texts = messages.slice(0, maxWarnings).map(prose);
  const all = more > 0 ? [...texts, html`${more} more warnings are in the log.`] : texts;
  return html`${all.map((text) => html`<p>⚠️ ${text}</p>`)}`;
}

const maxWarnings = 20;

/** Makes a paragraph with the next step for the reader. */
export function next(text: Html): Html {
  return html`<p><strong>Next:</strong> ${text}</p>`;
}

/** Makes a table with a header row. Drops empty columns. */
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

/** Makes a table of names and values, without the rows that have no value; empty if no row is left. */
export function facts(rows: readonly (readonly [name: string, value: Html])[]): Html {
  const known = rows.filter(([, { markup }]) => markup !== '');
  if (known.length === 0) return html``;
  return html`<table>${known.map(([name, value]) => html`<tr><th align="left">${name}</th><td>${value}</td></tr>`)}</table>`;
}

/** Shows details: paragraphs, and lists of lines with a dash. An indented line continues an item. */
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

/** Shows a line with its label in bold: `Failed: ...`, `Next: ...`. */
function labelled(line: string): Html {
  const [, label, rest = ''] =
    /^(Failed|Not checked|Not started|Not known|Done|Next): (.*)$/s.exec(line) ?? [];
  return label === undefined ? prose(line) : html`<strong>${label}:</strong> ${prose(rest)}`;
}

export interface Headline {
  readonly mark: Mark;
  readonly text: Html;
}

/** A part of a summary, or a function that returns the part at the end of the step. */
export type Block = Html | (() => Html);

export class Report {
  readonly warnings: string[] = [];
  readonly #blocks: Block[] = [];
  readonly #ids = new Map<string, Set<string>>();
  #headline: Headline | undefined;

  headline(mark: Mark, text: Html): void {
    this.#headline = { mark, text };
  }

  add(block: Block): void {
    this.#blocks.push(block);
  }

  identify(what: string, id: string | undefined): void {
    if (id !== undefined && id !== '') this.#ids.set(what, (this.#ids.get(what) ?? new Set()).add(id));
  }

  /** Returns all blocks, under one headline. */
  blocks(ending: Ending | undefined): readonly Html[] {
    const head = heading(this.#headline, ending, this.warnings);
    const blocks = this.#blocks.map((block) => (typeof block === 'function' ? block() : block));
    return [head, ...blocks, idLine(this.#ids)].filter(({ markup }) => markup !== '');
  }
}

/** Makes the last line, with ids in small print: `process process-1 · deployment depl-1, depl-2`. */
function idLine(all: ReadonlyMap<string, ReadonlySet<string>>): Html {
  const named = [...all].map(([what, ids]) => html`${what} ${joined([...ids].map(code), html`, `)}`);
  return named.length === 0 ? html`` : html`<p><sub>${joined(named, html` · `)}</sub></p>`;
}

/** Makes the headline and the warnings. After a failure, the headline `own` is bold text below it. */
export function heading(
  own: Headline | undefined,
  ending: Ending | undefined,
  messages: readonly string[],
): Html {
  const warned = warnings(messages);
  if (ending === undefined)
    return html`${own === undefined ? html`` : headline(own.mark, own.text)}${warned}`;
  // For a drift, the plan's own headline has the same content.
  const before =
    own === undefined || ending.mark === 'drifted' ? html`` : html`<p><strong>${own.text}</strong></p>`;
  return html`${headline(ending.mark, prose(ending.headline))}${reasons(ending.details)}${warned}${before}`;
}

/** Appends blocks to the file of the job's summary. A failed write never fails the step. */
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

/** Returns the blocks that fit, in their order, with a sentence at the end if a block is missing. */
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
