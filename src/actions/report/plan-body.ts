import { leastTime, type Pace, type Progress } from '../../converge/pace.ts';
import { meanings, type PlanText } from '../../converge/text.ts';
import { code, fence, folded, type Html, html, joined } from '../../runner/html.ts';
import { inWords } from '../../time.ts';

/** A plan, or what became of it, as it is shown in the summary and in the comment. */
export interface PlanBody {
  /** What a number of processes means, if that is not plain. */
  readonly explain: string;
  readonly text: PlanText;
  /** What to do then, as paragraphs. */
  readonly next: Html;
  readonly file: string;
}

/** How many lines of each part are shown. */
interface Shown {
  readonly diff: number;
  readonly folded: number;
}

/** As much of a plan as fits. What is left out is told. */
export function planBody(body: PlanBody, fits: (shown: Html) => boolean): Html {
  const { diff, unchanged, ids } = body.text;
  const all = { diff: diff.length, folded: unchanged.length + ids.length };
  const fitting = (shown: Shown): boolean => fits(write(body, shown));
  if (fitting(all)) return write(body, all);
  // What is folded away goes first: it is what a reader can do without.
  const diffLines = mostThatFit(all.diff, (lines) => fitting({ diff: lines, folded: 0 }));
  if (diffLines < all.diff) return write(body, { diff: diffLines, folded: 0 });
  return write(body, {
    ...all,
    folded: mostThatFit(all.folded, (lines) => fitting({ ...all, folded: lines })),
  });
}

function write({ explain, text, next, file }: PlanBody, shown: Shown): Html {
  const diff = text.diff.slice(0, shown.diff);
  const left = text.diff.length - diff.length;
  const cut =
    left > 0
      ? html`<p><strong>${left} more lines are left out here</strong>, since they do not fit; the log has all of them.</p>`
      : html``;
  const block = diff.length === 0 ? html`` : html`${fence(diff, 'diff')}${legend(diff, explain)}`;
  return html`${block}${cut}${next}${foldedAway(text, file, shown.folded)}`;
}

/** What the signs mean, of those that there are. */
function legend(diff: readonly string[], explain: string): Html {
  const used = meanings.filter(([sign]) => diff.some((line) => line.startsWith(`${sign} `)));
  const parts = used.map(([sign, meaning]) => html`${code(sign)} ${meaning}`);
  return html`<p><sub>${joined([...parts, ...(explain === '' ? [] : [html`${explain}`])], html` · `)}</sub></p>`;
}

function foldedAway({ unchanged, ids }: PlanText, file: string, most: number): Html {
  const shownUnchanged = unchanged.slice(0, most);
  const shownIds = ids.slice(0, Math.max(0, most - unchanged.length));
  const left = unchanged.length + ids.length - shownUnchanged.length - shownIds.length;
  const count = unchanged.filter((line) => line.startsWith('=')).length;
  const title = count === 0 ? html`Ids and manifest` : html`${count} unchanged, ids and manifest`;
  const cut = left > 0 ? html`<p>${left} more lines are left out here, since they do not fit.</p>` : html``;
  const lines = [shownUnchanged, shownIds].filter(({ length }) => length > 0);
  const blocks = lines.map((part) => fence(part, 'text'));
  return folded(title, html`<p>Manifest: ${code(file)}</p>${blocks}${cut}`);
}

/** The greatest number up to `most` that fits; more never fits where less does not. */
export function mostThatFit(most: number, fits: (count: number) => boolean): number {
  if (fits(most)) return most;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** How long so many changes will take, if it is worth a word. `limit` is what they have to keep to. */
export function describeTime(changes: number, pace: Pace, limit: string): string | undefined {
  const time = leastTime(changes, pace);
  if (time <= pace.window) return undefined;
  return `${counted(changes)} changes take about ${inWords(time)}: ${limit}`;
}

/** `320 of 1,000 done, about 23 minutes left`. */
export function describeProgress({ done, total, left }: Progress): string {
  return `${counted(done)} of ${counted(total)} done, about ${inWords(Math.ceil(left / 1000) * 1000)} left`;
}

/** `1,000`. Not by `toLocaleString`, which takes 30 ms to load the languages of the world. */
function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
