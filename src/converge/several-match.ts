import { Failure } from '../failure.ts';
import { bullets } from '../text.ts';
import { readableDate, timeOf } from '../time.ts';
import type { Existing } from './listing.ts';
import type { Service } from './service.ts';

type DistinguishingService<P extends Existing> = Pick<
  Service<never, P>,
  'identityOfExisting' | 'howToDistinguish'
>;

/** Chooses an advice: `yes` if a declaration can distinguish the processes, `no` if their identities are equal. */
export function ifDistinguishable<P extends Existing, T>(
  found: readonly P[],
  { identityOfExisting, howToDistinguish }: DistinguishingService<P>,
  { yes, no }: { readonly yes: (how: string) => T; readonly no: T },
): T {
  const marks = new Set(found.map((process) => JSON.stringify(identityOfExisting(process).marks)));
  return marks.size > 1 ? yes(howToDistinguish) : no;
}

/** Returns the failure for several matches, with the fields that distinguish them. */
export function severalMatch<P extends Existing>(
  what: string,
  found: readonly P[],
  because: string,
  service: DistinguishingService<P> & Pick<Service<never, P>, 'particularsOf'>,
  fix = ifDistinguishable(found, service, {
    yes: (how) =>
      `To tell them apart, ${how}, or pass the process-id of one, or delete those that are not wanted`,
    no: 'Delete all but one of them, or pass the process-id of one',
  }),
): Failure {
  const lines = found.map((process) => `${process.id}: ${service.particularsOf(process)}${created(process)}`);
  return new Failure({
    headline: `${found.length} processes match the ${what}: which one?`,
    details: `${because}:\n${bullets(lines)}\n`,
    what: `The ${what}`,
    why: `${found.length} background processes match it, and ${because}\n${bullets(lines)}\n`,
    fix,
  });
}

function created({ createdAt }: Existing): string {
  return timeOf(createdAt) === undefined ? '' : `, created ${readableDate(String(createdAt))}`;
}
