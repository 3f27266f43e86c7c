/** Longer names are not compared: nobody mistypes only a letter or two of them. */
const longest = 100;
/** So many letters of a name's beginning are enough to recognise it: `prod` of `production`. */
const shortestStart = 3;

/** `Did you mean "worker"?`, or nothing when none of the names is near. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const near = nearest(wanted, names).map((name) => JSON.stringify(name));
  return near.length === 0 ? '' : `Did you mean ${near.join(' or ')}?`;
}

/** Why a name is wrong, with the one that was most likely meant. */
export function orNear(why: string, wanted: string, names: Iterable<string>): string {
  const near = didYouMean(wanted, names);
  return near === '' ? why : `${why}. ${near}`;
}

/** The names that a mistyped one most likely means, all of them equally near; none when it resembles none. */
export function nearest(wanted: string, names: Iterable<string>): readonly string[] {
  let best: { readonly distance: number; readonly names: string[] } | undefined;
  for (const name of new Set(names)) {
    const distance = distanceBetween(fold(wanted), fold(name));
    if (distance === undefined) continue;
    if (best === undefined || distance < best.distance) best = { distance, names: [name] };
    else if (distance === best.distance && best.names.length < 3) best.names.push(name);
  }
  return best?.names ?? [];
}

/** A name without what does not tell it apart: case, punctuation, and what Git puts before a branch's name. */
function fold(name: string): string {
  return name
    .toLowerCase()
    .replace(/^refs\/heads\/|^(refs\/remotes\/)?origin\//, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-');
}

/** How far apart two names are: the number of slips of a typist, at most two in five letters. */
function distanceBetween(a: string, b: string): number | undefined {
  if (a === '' || a.length > longest || b.length > longest) return undefined;
  const slips = editDistance(a, b);
  if (slips <= Math.max(1, Math.floor((Math.min(a.length, b.length) * 2) / 5))) return slips;
  // Only a part of the name was written; any slip is nearer than that.
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= shortestStart && long.startsWith(short) ? longest : undefined;
}

/** Letters added, left out, changed, or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(row, j - 1) + 1,
          at(last, j) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
