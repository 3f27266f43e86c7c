import { type Annotation, Cancelled, closed, Failure, messageOf, stated, withoutStop } from '../failure.ts';
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

/**
 * The first clause of a text. Text in quotation marks or parentheses stays together, and a colon ends the clause only
 * before white space.
 */
const firstClause =
  /^(?:"(?:[^"\\\n]|\\.)*"|\([^()"\n]*\)|(?!\([^()"\n]*\))[^\n;:"]|:(?!\s))+?(?=;|:\s|\n|\. |$)/;

/** Splits a failure into headline and details, without repetition. */
export function headed({ headline, details: below, what, why, fix = '' }: Failure): HeadedFailure {
  if (headline !== undefined && below !== undefined)
    return { headline: fitting(headline), details: capitalizedSentence(withFix(below, fix)) };
  const whole = stated(what, why);
  const isShort = !why.includes('\n') && whole.length <= threeLines;
  if (headline === undefined && isShort)
    return { headline: withoutStop(whole), details: capitalizedSentence(closed(fix)) };
  const [clause = ''] = firstClause.exec(why) ?? [];
  const isTooLong = clause === '' || what.length + clause.length > longestHeadline;
  const shown = headline ?? (isTooLong ? what : stated(what, clause));
  const isSaid = headline === undefined && !isTooLong;
  const rest = isSaid ? why.slice(clause.length).replace(/^[;:.]?\s*/, '') : why;
  const details = withFix(rest, fix);
  return {
    headline: fitting(withShortNames(shown)),
    details: what.length > longestHeadline ? stated(what, details) : capitalizedSentence(details),
  };
}

function fitting(headline: string): string {
  return withoutStop(shorten(headline, 2 * longestHeadline));
}

/** Returns a text and the advice as sentences. The advice stands on its own line after a list. */
function withFix(text: string, fix: string): string {
  return [closed(text), closed(fix)].join(text.endsWith('\n') ? '' : ' ').trim();
}

/** Shortens quoted texts that would fill a headline by themselves. */
function withShortNames(headline: string): string {
  return headline.replace(/"((?:[^"\\]|\\.)*)"?/g, (whole, name: string) =>
    name.length < 60 ? whole : `"${shorten(name, 60)}"`,
  );
}

/** Capitalizes a sentence, unless it begins with the name of an input. */
function capitalizedSentence(text: string): string {
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
  const { mark, headline, details, message } = saidOf(error, activity, isStopped, done.length > 0);
  const before = beforeThat(done);
  const untold = beforeThat(done.filter(({ isShown }) => !isShown));
  const isPlain = error instanceof Failure && before === '' && mark !== 'cancelled';
  return {
    mark,
    headline: secrets.redact(headline),
    details: secrets.redact(together(details, untold)),
    annotations: isPlain ? error.annotations : [{ message: together(message, before) }],
  };
}

function together(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}

function beforeThat(all: readonly Checkpoint[]): string {
  const done = all.filter(({ kind }) => kind !== 'unknown').map(({ line }) => `- ${line}`);
  const unknown = all
    .filter(({ kind }) => kind === 'unknown')
    .map(({ line }) => `Not known: ${line}. The next run looks.`);
  return together(...unknown, ...(done.length === 0 ? [] : ['Done before that:', ...done]));
}

interface Said extends Ending {
  /** The message for the log. */
  readonly message: string;
}

function saidOf(error: unknown, activity: string, isStopped: boolean, hasDone: boolean): Said {
  if (!(error instanceof Failure)) {
    const headline = `An unexpected error: ${messageOf(error)}`;
    return { mark: 'failed', headline, details: pleaseReport, message: `${headline}. ${pleaseReport}` };
  }
  const stoppedWhile = `Cancelled while ${activity}`;
  const { headline, details = hasDone ? '' : 'Nothing was changed', message, why } = error;
  if (error instanceof Cancelled && !error.mayHaveActed)
    return cancelled(headline ?? stoppedWhile, closed(details));
  if (error instanceof Cancelled && headline !== undefined)
    return cancelled(`${stoppedWhile}: ${headline}`, why, '\n');
  if (error instanceof Cancelled || isStopped) return cancelled(stoppedWhile, message);
  return { mark: error.isDrift ? 'drifted' : 'failed', ...headed(error), message };
}

function cancelled(headline: string, details: string, between = ' '): Said {
  return { mark: 'cancelled', headline, details, message: `${headline}.${between}${details}`.trimEnd() };
}

/**
 * Milliseconds for running writes after a cancellation. The runner sends SIGINT, 7.5 s later SIGTERM, and kills the
 * step 2.5 s after that.
 */
const graceForWrites = 4_000;

export interface StopSignals {
  /** Aborted at the first signal; its reason is a `Cancelled`. */
  readonly cancelled: AbortSignal;
  /** Aborted some seconds after `cancelled`, before the runner kills: running writes may finish. */
  readonly cutOff: AbortSignal;
  /** Stops listening, so that Node.js can end. */
  release(): void;
}

export function listenForStop(): StopSignals {
  const cancelled = new AbortController();
  const cutOff = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const stop = (signal: NodeJS.Signals): void => {
    if (cancelled.signal.aborted) return;
    const reason = new Cancelled({
      what: 'Not started',
      why: `the step was cancelled (${signal})`,
    });
    cancelled.abort(reason);
    timer = setTimeout(() => cutOff.abort(reason), graceForWrites);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  return {
    cancelled: cancelled.signal,
    cutOff: cutOff.signal,
    release() {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
