import { summary as file } from '@actions/core';
import { type Html, html } from './html.ts';
import type { Log } from './log.ts';
import type { Secrets } from './secrets.ts';

/** GitHub drops a step's summary over 1 MiB whole; some room stays for steps' own wrapping. */
const maxBytes = 1_000_000;

/** Rows over this many are counted instead of shown. */
const maxRows = 500;

/** A table with a header row. */
export function table(header: readonly string[], rows: readonly (readonly Html[])[]): Html {
  const shown = rows.slice(0, maxRows);
  const head = header.map((text) => html`<th>${text}</th>`);
  const body = shown.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  const more = rows.length - shown.length;
  const rest = more > 0 ? html`<tr><td colspan="${header.length}">and ${more} more</td></tr>` : html``;
  return html`<table><tr>${head}</tr>${body}${rest}</table>`;
}

/** A table of names and values, read downwards. */
export function facts(rows: readonly (readonly [name: string, value: Html])[]): Html {
  return html`<table>${rows.map(([name, value]) => html`<tr><th align="left">${name}</th><td>${value}</td></tr>`)}</table>`;
}

/** Adds blocks to the job's summary page. A summary that cannot be written never fails the step. */
export async function writeSummary(blocks: readonly Html[], secrets: Secrets, log: Log): Promise<void> {
  const text = `${secrets.redact(blocks.map((block) => block.markup).join('\n\n'))}\n\n`;
  try {
    if (Buffer.byteLength(text) > maxBytes) {
      file.addRaw(
        `${blocks[0]?.markup ?? ''}\n\nThe rest of this summary is too large to show; see the step’s outputs.\n\n`,
      );
    } else {
      file.addRaw(text);
    }
    await file.write();
  } catch (error) {
    log.debug(`The summary could not be written: ${String(error)}`);
  }
}
