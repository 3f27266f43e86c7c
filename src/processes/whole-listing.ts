import { Failure } from '../failure.ts';
import type { Timing } from '../time/poll.ts';
import type { Aged } from './aged.ts';
import type { Listing } from './listing.ts';
import { lookFor, patience } from './patience.ts';

/** What is missing from a listing is only then not there when another one, read after it, shows the same. */
export async function readTwice<L extends Listing<Aged>>(
  first: L,
  look: () => Promise<L>,
  timing: Timing,
): Promise<L> {
  let before = first;
  let isSame = false;
  const lookAgain = async (): Promise<L> => {
    const now = await look();
    isSame = haveSame(before, now);
    before = now;
    return now;
  };
  const last = await lookFor(patience.listHolds, lookAgain, () => isSame, timing);
  if (isSame) return last;
  throw new Failure({
    what: 'The list of background processes',
    why: `for ${patience.listHolds / 1000} s it was another one each time that it was read, so what is missing from it may be there all the same`,
    fix: 'Run the job again when fewer runs are at work there',
  });
}

function haveSame(one: Listing<Aged>, other: Listing<Aged>): boolean {
  const ids = new Set(allIn(one));
  const others = allIn(other);
  return ids.size === others.length && others.every((id) => ids.has(id));
}

/** Also those that are not understood: they are there. */
function allIn({ processes, unreadable }: Listing<Aged>): readonly string[] {
  return [...processes, ...unreadable].map(({ id }) => id);
}
