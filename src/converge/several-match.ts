import { Failure } from '../failure.ts';
import type { Existing } from './listing.ts';
import type { Service } from './service.ts';

/** So many candidates are shown in an error. */
const mostShown = 20;

/** More than one process could be the declared one: the error shows what tells them apart. */
export function severalMatch<P extends Existing>(
  what: string,
  found: readonly P[],
  because: string,
  { particularsOf, howToDistinguish }: Pick<Service<never, P>, 'particularsOf' | 'howToDistinguish'>,
  fix = `To tell them apart, ${howToDistinguish}, or pass the process-id of one, or delete those that are not wanted`,
): Failure {
  const lines = found
    .slice(0, mostShown)
    .map((process) => `- ${process.id}: ${particularsOf(process)}${created(process)}`);
  if (found.length > mostShown) lines.push(`- and ${found.length - mostShown} more`);
  return new Failure({
    what: `The ${what}`,
    why: `${found.length} background processes match it, and ${because}\n${lines.join('\n')}\n`,
    fix,
  });
}

/** A date as people read it, to the minute: `, created 2026-11-28 13:16 UTC`. */
function created({ createdAt }: Existing): string {
  const time = Date.parse(createdAt ?? '');
  return Number.isNaN(time)
    ? ''
    : `, created ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
