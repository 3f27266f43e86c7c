/** The parts of a message that a reader can act on. Each part is plain text, without a closing full stop. */
export interface FailureParts {
  /** What was being done, as a noun phrase or short clause: `The create request to Laravel Cloud`. */
  readonly what: string;
  readonly why: string;
  readonly fix?: string | undefined;
  /** The line above the summary and the comment: `2 of 3 changes were not made`. Left out, it is made of `what` and `why`. */
  readonly headline?: string | undefined;
  /** What is left to say below a headline, in place of `why`. */
  readonly details?: string | undefined;
  /** Only what was looked for differs: nothing has broken. */
  readonly isDrift?: boolean | undefined;
  /** Annotations in place of the one message, for example one for each line of the manifest. */
  readonly annotations?: readonly Annotation[] | undefined;
}

/** One message of a failure, and where in a file it belongs, if it does. */
export interface Annotation {
  readonly message: string;
  readonly place?: Location | undefined;
}

export interface Mistake extends Annotation {
  readonly place: Location;
}

/** Where something is in a file of the workspace. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `.github/background-processes.yml:3:13`. */
export function locationText({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/** An expected failure: its message is written for the person who reads the workflow's log, and needs no stack trace. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly what: string;
  readonly why: string;
  readonly fix: string | undefined;
  readonly headline: string | undefined;
  readonly details: string | undefined;
  readonly isDrift: boolean;
  readonly annotations: readonly Annotation[];

  constructor(parts: FailureParts, options?: ErrorOptions) {
    super(sentence(parts), options);
    this.what = parts.what;
    this.why = parts.why;
    this.fix = parts.fix;
    this.headline = parts.headline;
    this.details = parts.details;
    this.isDrift = parts.isDrift ?? false;
    this.annotations = parts.annotations ?? [{ message: this.message }];
  }
}

/** The step was told to stop (SIGINT or SIGTERM): nothing new is started after it. */
export class Cancelled extends Failure {
  override readonly name = 'Cancelled';
  /** A request was under way that may have taken effect, as the message tells. */
  readonly mayHaveActed: boolean;

  constructor(parts: FailureParts, options: { readonly mayHaveActed: boolean } = { mayHaveActed: false }) {
    super(parts);
    this.mayHaveActed = options.mayHaveActed;
  }
}

/** Whatever was thrown, as text for the log: never a stack trace, never `[object Object]`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why something failed and what to do, where it is plain what failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Failure)) return messageOf(error);
  return [closed(error.why), closed(error.fix ?? '')].filter((part) => part !== '').join(' ');
}

function sentence({ what, why, fix }: FailureParts): string {
  const head = `${what}:${why.startsWith('\n') ? '' : ' '}${closed(why)}`;
  if (fix === undefined || fix === '') return head;
  return `${head}${head.endsWith('\n') ? '' : ' '}${closed(fix)}`;
}

export function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

/** A list ends with a line break, anything else with a full stop. */
export function closed(text: string): string {
  return text === '' || /[.!?\n]$/.test(text) ? text : `${text}.`;
}
