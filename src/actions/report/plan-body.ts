import { leastTime, type Pace, type Progress } from '../../converge/pace.ts';
import { type Counts, countsText } from '../../converge/plan.ts';
import { type GroupText, inGroups, type PlaceText, type PlanText } from '../../converge/text.ts';
import { code, fence, folded, type Html, html, joined } from '../../runner/html.ts';
import { inWords } from '../../time.ts';

/** The content of a plan or its result, below the headline of the summary or the comment. */
export interface PlanBody {
  readonly kind: 'planned' | 'done';
  /** A paragraph above the plan. */
  readonly lead: Html;
  /** An explanation of the numbers, such as `Numbers are per replica.`; may be empty. */
  readonly explain: string;
  /** The next step, as paragraphs. */
  readonly next: Html;
  readonly file: string;
  /** The names of the environments that failed, if the plan is about several. */
  readonly failed: ReadonlySet<string>;
  /** Returns the plan's text. `room`: the most characters of a name in a line; it is whole in the fold. */
  textOf(room?: number): PlanText;
}

export interface FittedBody {
  readonly body: Html;
  /** True if no line is missing. */
  readonly isWhole: boolean;
}

/** Returns as much of a plan as fits, with the number of missing lines. */
export function planBody(plan: PlanBody, fits: (shown: Html) => boolean): FittedBody {
  const short = write(plan, { text: plan.textOf(), left: 0 });
  if (fits(short)) return { body: short, isWhole: true };
  // The cut may hit the folded part, which has long commands in full. So the lines have them in full, too.
  const text = plan.textOf(Infinity);
  const all = lineCount(text);
  const most = mostThatFit(all, (lines) => fits(write(plan, firstLines(text, lines))));
  return { body: write(plan, firstLines(text, most)), isWhole: most === all };
}

/** The shown part of a plan, and the number of missing lines. */
interface Shown {
  readonly text: PlanText;
  readonly left: number;
}

function write(body: PlanBody, { text, left }: Shown): Html {
  const { lead, explain, next, file } = body;
  const missing =
    left === 0
      ? html``
      : html`<p><strong>${left} more lines do not fit here</strong>; the log has all of them.</p>`;
  const legend = text.places.length === 0 || explain === '' ? html`` : html`<p><sub>${explain}</sub></p>`;
  return html`${lead}${diffs(text.places, body)}${idle(text, body)}${missing}${legend}${next}${folded(
    titleOf(text),
    html`<p>Manifest: ${code(file)}</p>${[text.whole, text.unchanged, text.ids].map(block)}`,
  )}`;
}

/** The largest number of lines that the plan shows without a click. A longer plan shows counts for each place. */
const manyLines = 50;

function diffs(places: readonly PlaceText[], { kind, failed }: PlanBody): Html {
  const lines = places.flatMap((place) => place.lines);
  if (lines.length === 0) return html``;
  const groups = inGroups(places);
  if (groups !== undefined) {
    const isLong = lines.length > manyLines;
    const isFailed = ({ name, counts }: GroupText) => failed.has(name) || counts.undone > 0;
    const failedFirst = [...groups.filter(isFailed), ...groups.filter((group) => !isFailed(group))];
    return html`${failedFirst.map((group) => {
      const isLater = isFailed(group) && group.counts.undone === 0;
      const title = html`${isFailed(group) ? '❌ ' : ''}${placeTitle(group, kind)}${isLater ? ', then failed' : ''}`;
      const own = group.places.flatMap((place) => place.lines);
      const diff = fence(own, 'diff');
      return isLong ? folded(title, diff) : html`<h4>${title}</h4>${diff}`;
    })}`;
  }
  if (lines.length <= manyLines) return fence(lines, 'diff');
  return html`${places.map((place) => folded(placeTitle(place, kind), fence(place.lines, 'diff')))}`;
}

function placeTitle(
  { name, counts }: { readonly name: string; readonly counts: Counts },
  kind: PlanBody['kind'],
) {
  return html`${code(name)}: ${countsText(counts, kind)}`;
}

function idle({ idle: all }: PlanText, { failed }: PlanBody): Html {
  const names = all.filter((name) => !failed.has(name));
  if (names.length === 0) return html``;
  return html`<p>Nothing to change in ${joined(names.map(code), html`, `)}.</p>`;
}

/** Returns the title of the folded part: `1 unchanged · ids · manifest file`. */
function titleOf({ whole, unchanged, ids }: PlanText): Html {
  const count = unchanged.filter((line) => line.startsWith('=')).length;
  const parts = [
    ...(whole.length === 0 ? [] : ['whole commands']),
    ...(count === 0 ? [] : [`${count} unchanged`]),
    ...(ids.length === 0 ? [] : ['ids']),
    'manifest file',
  ];
  return html`${parts.join(' · ').replace(/^\w/, (letter) => letter.toUpperCase())}`;
}

function block(lines: readonly string[]): Html {
  return lines.length === 0 ? html`` : fence(lines, 'text');
}

function lineCount({ places, whole, unchanged, ids }: PlanText): number {
  return [...places.map(({ lines }) => lines), whole, unchanged, ids].reduce(
    (sum, { length }) => sum + length,
    0,
  );
}

/** Returns the first lines: drops ids, then unchanged processes, then whole commands, then the plan's end. */
function firstLines(all: PlanText, count: number): Shown {
  let room = count;
  const take = (lines: readonly string[]): readonly string[] => {
    const taken = lines.slice(0, room);
    room -= taken.length;
    return taken;
  };
  const places = all.places.map((place) => ({ ...place, lines: take(place.lines) }));
  const text = {
    places: places.filter(({ lines }) => lines.length > 0),
    whole: take(all.whole),
    unchanged: take(all.unchanged),
    ids: take(all.ids),
    idle: all.idle,
  };
  return { text, left: lineCount(all) - count };
}

/** Returns the largest number up to `most` that fits. Assumes that no number fits if a smaller one does not. */
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

/** Returns the time of the changes, if it is longer than the rate limit's window. `limit`: in words. */
export function describeTime(changes: number, pace: Pace, limit: string): string | undefined {
  const time = leastTime(changes, pace);
  if (time <= pace.window) return undefined;
  return `${withCommas(changes)} changes take about ${inWords(time)}: ${limit}`;
}

/** Returns `320 of 1,000 finished, about 23 minutes left`. */
export function describeProgress({ done, total, left }: Progress): string {
  const rest = left === 0 ? '' : `, about ${inWords(Math.ceil(left / 1000) * 1000)} left`;
  return `${withCommas(done)} of ${withCommas(total)} finished${rest}`;
}

/** Returns `1,000`. `toLocaleString` would take 30 ms to load its language data. */
function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
