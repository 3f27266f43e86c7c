/** The three parts of a message that a reader can act on. Each part is plain text, without a closing full stop. */
export interface FailureParts {
  /** What was being done, as a noun phrase or short clause: `The create request to Laravel Cloud`. */
  readonly what: string;
  readonly why: string;
  /** What the reader can do about it. */
  readonly fix?: string | undefined;
}

/** An expected failure: its message is written for the person who reads the workflow's log, and needs no stack trace. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly what: string;
  readonly why: string;
  readonly fix: string | undefined;

  constructor(parts: FailureParts, options?: ErrorOptions) {
    super(sentence(parts), options);
    this.what = parts.what;
    this.why = parts.why;
    this.fix = parts.fix;
  }
}

/** The step was told to stop (SIGINT or SIGTERM): nothing new is started after it. */
export class Cancelled extends Failure {
  override readonly name = 'Cancelled';
}

/** Whatever was thrown, as text for the log: never a stack trace, never `[object Object]`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentence({ what, why, fix }: FailureParts): string {
  const head = `${what}:${why.startsWith('\n') ? '' : ' '}${closed(why)}`;
  if (fix === undefined || fix === '') return head;
  return `${head}${head.endsWith('\n') ? '' : ' '}${closed(fix)}`;
}

/** A list ends with a line break, anything else with a full stop. */
function closed(text: string): string {
  return /[.!?\n]$/.test(text) ? text : `${text}.`;
}
