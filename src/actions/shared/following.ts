import type { Following } from '../../cloud/following.ts';
import type { Step } from '../../runner/step.ts';
import { waitingFor } from '../../time/poll.ts';

/** What a step waits for in Laravel Cloud, until `span` milliseconds have passed. */
export function following(step: Step, subject: string, span: number): Following {
  return {
    ...waitingFor(step, span),
    log: (line) => step.log.info(line),
    did: (line) => step.did(subject, line),
  };
}
