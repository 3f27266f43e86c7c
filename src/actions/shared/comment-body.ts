import { createHash } from 'node:crypto';
import { type Html, html } from '../../runner/html.ts';
import { table } from '../../runner/summary.ts';

/** GitHub refuses a comment with more characters; bytes are counted, which are never fewer. */
export const maxCommentBytes = 65_536;

/** More than a reader of a comment reads, also where they would fit. */
const maxRows = 400;

export interface CommentContent {
  readonly title: string;
  readonly head: Html;
  readonly columns: readonly string[];
  /** As many as fit are shown. */
  readonly rows: readonly (readonly Html[])[];
  readonly tail: Html;
}

/** What marks a comment as this one's own: hidden in it, at its very start. The key tells several of them apart. */
export function markerFor(key: readonly string[]): string {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  return `<!-- laravel-background-process apply ${name} -->`;
}

/** A comment's text, cut to what GitHub takes. */
export function commentBody(
  marker: string,
  content: CommentContent,
  redact: (text: string) => string,
): string {
  const { title, head, columns, rows, tail } = content;
  const write = (shown: number): string => {
    const left = rows.length - shown;
    const notice =
      left > 0
        ? html`<p>${left} more rows do not fit here; see the job’s summary and plan-json.</p>`
        : html``;
    const shownRows = shown === 0 ? html`` : table(columns, rows.slice(0, shown));
    return redact(`${marker}\n${html`<h3>${title}</h3>${head}${shownRows}${notice}${tail}`.markup}`);
  };
  return write(
    mostThatFit(
      Math.min(rows.length, maxRows),
      (shown) => Buffer.byteLength(write(shown)) <= maxCommentBytes,
    ),
  );
}

/** The greatest number up to `most` that fits; more never fits where less does not. */
function mostThatFit(most: number, fits: (count: number) => boolean): number {
  if (fits(most)) return most;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
