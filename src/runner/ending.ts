import { type Annotation, Cancelled, closed, Failure, messageOf, withoutStop } from '../failure.ts';
import { shorten } from '../text.ts';
import type { Secrets } from './secrets.ts';

/** A failure as a headline and the details below it. */
export interface HeadedFailure {
  readonly headline: string;
  readonly details: string;
}

/** The largest length of a headline that a reader takes in at a glance. */
export const longestHeadline = 110;

/** The number of characters in three lines on a phone. */
const threeLines = 84;

/** The first clause of a text. Quoted text stays together, and a colon ends the clause only before white space. */
const firstClause = /^(?:"(?:[^"\\\n]|\\.)*"|[^\n;:"]|:(?!\s))+?(?=;|:\s|\n|\. |$)/;

/** Splits a failure into headline and details, without repetition. */
export function headed({ headline, details: below, what, why, fix = '' }: Failure): HeadedFailure {
  if (headline !== undefined && below !== undefined) return headedBy(headline, below, fix);
  const whole = `${what}: ${why}`;
  const isShort = !why.includes('\n') && whole.length <= threeLines;
  if (headline === undefined && isShort)
    return { headline: withoutStop(whole), details: capitalized(closed(fix)) };
  const [clause = ''] = firstClause.exec(why) ?? [];
  const isTooLong = clause === '' || what.length + clause.length > longestHeadline;
  const shown = headline ?? (isTooLong ? what : `${what}: ${clause}`);
  const isSaid = headline === undefined && !isTooLong;
  const rest = isSaid ? why.slice(clause.length).replace(/^[;:.]?\s*/, '') : why;
  const details = [closed(rest), closed(fix)].join(why.endsWith('\n') ? '' : ' ').trim();
  return {
    headline: withoutStop(shorten(withShortNames(shown), 2 * longestHeadline)),
    details: what.length > longestHeadline ? `${what}: ${details}` : capitalized(details),
  };
}

function headedBy(headline: string, details: string, fix: string): HeadedFailure {
  const parts = [closed(details), closed(fix)].filter((part) => part !== '');
  return {
    headline: withoutStop(shorten(headline, 2 * longestHeadline)),
    details: capitalized(parts.join(details.endsWith('\n') ? '' : ' ')),
  };
}

/** Shortens quoted texts that would fill a headline by themselves. */
function withShortNames(headline: string): string {
  return headline.replace(/"((?:[^"\\]|\\.){60,})"/g, (_, name: string) => `"${shorten(name, 60)}"`);
}

/** Capitalizes a sentence, unless it begins with the name of an input. */
function capitalized(text: string): string {
  return text.replace(/^\p{Ll}(?=\p{L}*[ ,])/u, (letter) => letter.toUpperCase());
}

/** The failure of a step in the form for the summary and the comment. */
export interface Ending extends HeadedFailure {
  readonly mark: 'failed' | 'drifted' | 'cancelled';
}

export const pleaseReport =
  'This is a defect of the action; please report it, with the log of a run with debug logging.';

/** The failure of a step, redacted, with the annotations for the log. */
export interface ExplainedFailure extends Ending {
  readonly annotations: readonly Annotation[];
}

/**
 * A fact for the report of a failing step: finished work (`done`), work that goes on without the step (`going`), or an
 * open question (`unknown`): `whether ...`.
 */
export interface Checkpoint {
  readonly line: string;
  readonly kind: 'done' | 'going' | 'unknown';
  /** True if the headline of the summary states the fact already. */
  readonly isShown: boolean;
}

interface Circumstances {
  readonly secrets: Secrets;
  readonly activity: string;
  /** True if the step was cancelled: any later failure counts as a consequence of the cancellation. */
  readonly isStopped: boolean;
  readonly done: readonly Checkpoint[];
}

export function explain(
  error: unknown,
  { secrets, activity, isStopped, done }: Circumstances,
): ExplainedFailure {
  const said = { ...saidOf(error, activity, isStopped, done.length > 0) };
  const before = beforeThat(done);
  const together = (text: string, known: string): string =>
    [text, known].filter((part) => part !== '').join('\n');
  const annotations =
    error instanceof Failure && before === '' && said.mark !== 'cancelled' ? error.annotations : undefined;
  return {
    mark: said.mark,
    headline: secrets.redact(said.headline),
    details: secrets.redact(together(said.details, beforeThat(done.filter(({ isShown }) => !isShown)))),
    annotations: annotations ?? [{ message: together(said.message, before) }],
  };
}

function beforeThat(all: readonly Checkpoint[]): string {
  const done = all.filter(({ kind }) => kind !== 'unknown').map(({ line }) => `- ${line}`);
  const unknown = all
    .filter(({ kind }) => kind === 'unknown')
    .map(({ line }) => `Not known: ${line}. The next run looks.`);
  return [...unknown, ...(done.length === 0 ? [] : ['Done before that:', ...done])].join('\n');
}

function saidOf(
  error: unknown,
  activity: string,
  isStopped: boolean,
  hasDone: boolean,
): Ending & { readonly message: string } {
  const stoppedWhile = `Cancelled while ${activity}`;
  if (error instanceof Cancelled && !error.mayHaveActed) {
    const { headline = stoppedWhile, details = hasDone ? '' : 'Nothing was changed' } = error;
    return {
      mark: 'cancelled',
      headline,
      details: closed(details),
      message: `${headline}. ${closed(details)}`.trimEnd(),
    };
  }
  if (error instanceof Cancelled && error.headline !== undefined) {
    const headline = `${stoppedWhile}: ${error.headline}`;
    return { mark: 'cancelled', headline, details: error.why, message: `${headline}.\n${error.why}` };
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
