import type { Health } from '../../cloud/environment-log.ts';
import { orNear } from '../../names.ts';
import type { Inputs } from '../../runner/inputs.ts';

export interface StatusInputs {
  /** Milliseconds to look back in the environment's log; 0: without statuses. */
  readonly window: number;
  /** The statuses that `require-status` allows; empty: any status. */
  readonly required: readonly Health['status'][];
}

const words = ['up', 'restarting', 'unknown'] as const satisfies readonly Health['status'][];

/** Reads `status-window` and `require-status`. */
export function readStatusInputs(inputs: Inputs): StatusInputs {
  const window = inputs.seconds('status-window', { min: 0, max: 86_400 }, 0);
  const given = (inputs.text('require-status') ?? '').split(',').map((word) => word.trim());
  const required = given.flatMap((word) => {
    const known = words.find((one) => one === word);
    if (known === undefined && word !== '')
      inputs.problem(
        'require-status',
        orNear(`must be some of ${words.join(', ')}, not ${JSON.stringify(word)}`, word, words),
      );
    return known ?? [];
  });
  if (given.some((word) => word !== '') && window === 0)
    inputs.problem('require-status', 'needs status-window: the seconds of the log that are looked at');
  return { window, required };
}
