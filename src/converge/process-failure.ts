import { Failure, type FailureParts } from '../failure.ts';
import type { Aged } from './listing.ts';

/** What is wrong, for an action that knows which input mends it. */
export type Reason =
  | 'several-match'
  | 'exists'
  | 'not-found'
  | 'other-type'
  | 'answers-lost'
  | 'may-exist'
  | 'contended'
  | 'doubtful'
  | 'vanished';

/** A failure of the domain: it says what is wrong, and names no input. */
export class ProcessFailure extends Failure {
  readonly reason: Reason;

  constructor(reason: Reason, parts: FailureParts) {
    super(parts);
    this.reason = reason;
  }
}

/** More than one process could be the declared one. */
export function severalMatch(what: string, found: readonly Aged[], because: string): ProcessFailure {
  const list = found
    .map(({ id, createdAt }) => `${id}${createdAt === null ? '' : ` (created ${createdAt})`}`)
    .join(', ');
  return new ProcessFailure('several-match', {
    what: `The ${what}`,
    why: `${found.length} background processes match it: ${list}; ${because}`,
    fix: 'Delete those that are not wanted, or tell them apart',
  });
}
