import { type Annotation, Cancelled, Failure, type Headed, headed, messageOf } from '../failure.ts';
import type { Secrets } from './secrets.ts';

/** How a step has failed, as the summary and the comment show it. */
export interface Ending extends Headed {
  readonly mark: 'failed' | 'drifted' | 'cancelled';
}

export const pleaseReport =
  'This is a defect of the action; please report it, with the log of a run with debug logging.';

/** A failure as the log, the summary and the comment show it. Nothing secret is in it. */
export interface Explained extends Ending {
  readonly annotations: readonly Annotation[];
}

interface Known {
  readonly secrets: Secrets;
  readonly activity: string;
  /** The step was told to stop: whatever went wrong after that did so for that reason. */
  readonly isStopped: boolean;
  /** What had been done when it failed. */
  readonly done: readonly string[];
}

export function explain(error: unknown, { secrets, activity, isStopped, done }: Known): Explained {
  const said = { ...saidOf(error, activity, isStopped, done.length > 0) };
  const before = done.length === 0 ? '' : `Done before that:\n${done.map((line) => `- ${line}`).join('\n')}`;
  const together = (text: string): string => [text, before].filter((part) => part !== '').join('\n');
  const annotations =
    error instanceof Failure && before === '' && said.mark !== 'cancelled' ? error.annotations : undefined;
  return {
    mark: said.mark,
    headline: secrets.redact(said.headline),
    details: secrets.redact(together(said.details)),
    annotations: annotations ?? [{ message: together(said.message) }],
  };
}

function saidOf(
  error: unknown,
  activity: string,
  isStopped: boolean,
  hasDone: boolean,
): Ending & { readonly message: string } {
  const stoppedWhile = `Cancelled while ${activity}`;
  if (error instanceof Cancelled && !error.mayHaveActed) {
    const nothing = hasDone ? '' : 'Nothing was changed.';
    return {
      mark: 'cancelled',
      headline: stoppedWhile,
      details: nothing,
      message: `${stoppedWhile}. ${nothing}`.trimEnd(),
    };
  }
  if (error instanceof Failure && (isStopped || error instanceof Cancelled))
    return {
      mark: 'cancelled',
      headline: stoppedWhile,
      details: error.message,
      message: `${stoppedWhile}. ${error.message}`,
    };
  if (error instanceof Failure)
    return { mark: error.isDrift ? 'drifted' : 'failed', ...headed(error), message: error.message };
  const headline = `An unexpected error: ${messageOf(error)}`;
  return { mark: 'failed', headline, details: pleaseReport, message: `${headline}. ${pleaseReport}` };
}
