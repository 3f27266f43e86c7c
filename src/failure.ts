/** The parts of a message that a reader can act on. Each part is plain text, without a closing full stop. */
export interface FailureParts {
  /** The operation that failed, as a noun phrase or short clause: `The create request to Laravel Cloud`. */
  readonly what: string;
  /** A `why` that begins with `it` continues `what`: `Deployment 7` and `it is late` make `Deployment 7 is late`. */
  readonly why: string;
  readonly fix?: string | undefined;
  /** The first line of the summary and the comment: `2 of 3 changes were not made`. Defaults to `what` and `why`. */
  readonly headline?: string | undefined;
  /** The text below the headline, in place of `why`. */
  readonly details?: string | undefined;
  /** True when the step only found a difference that it looked for: nothing is broken. */
  readonly isDrift?: boolean | undefined;
  /** Annotations in place of the one message, for example one for each line of the manifest. */
  readonly annotations?: readonly Annotation[] | undefined;
}

/** One message of a failure, with its location in a file if it has one. */
export interface Annotation {
  readonly message: string;
  readonly place?: Location | undefined;
}

export interface Mistake extends Annotation {
  readonly place: Location;
}

/** A position in a file of the workspace. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `.github/background-processes.yml:3:13`. */
export function locationText({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/** An expected failure: its message is written for the reader of the workflow's log, and needs no stack trace. */
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

/** The failure of a step that was cancelled (SIGINT or SIGTERM). Nothing new starts after it. */
export class Cancelled extends Failure {
  override readonly name = 'Cancelled';
  /** True when a request that was under way may have taken effect; the message says so. */
  readonly mayHaveActed: boolean;

  constructor(parts: FailureParts, options: { readonly mayHaveActed: boolean } = { mayHaveActed: false }) {
    super(parts);
    this.mayHaveActed = options.mayHaveActed;
  }
}

/** Returns the message of anything thrown, for the log: never a stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns `why` and `fix` of a `Failure`, for a reader who knows the operation; of another error, its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Failure)) return messageOf(error);
  return [closed(error.why), closed(error.fix ?? '')].filter((part) => part !== '').join(' ');
}

function sentence({ what, why, fix }: FailureParts): string {
  const head = stated(what, closed(why));
  if (fix === undefined || fix === '') return head;
  return `${head}${head.endsWith('\n') ? '' : ' '}${closed(fix)}`;
}

/** Joins `what` and `why` of a failure. */
export function stated(what: string, why: string): string {
  if (why.startsWith('it ')) return what + why.slice('it'.length);
  return `${what}:${why.startsWith('\n') ? '' : ' '}${why}`;
}

export function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

/** Adds a full stop, unless the text is empty or ends with punctuation or, as a list does, with a line break. */
export function closed(text: string): string {
  return text === '' || /[.!?\n]$/.test(text) ? text : `${text}.`;
}
