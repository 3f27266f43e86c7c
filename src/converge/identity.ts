/** What a process is known by where there are no names. */
export interface Identity {
  /** Must be equal: `worker high,default`. */
  readonly family: string;
  /** Finer marks in a fixed order, such as a worker's connection. A declaration may leave one open. */
  readonly marks: readonly (string | undefined)[];
}

/** Can this existing process be the declared one? A mark that the declaration leaves open may be anything. */
export function fits(declared: Identity, existing: Identity): boolean {
  return (
    declared.family === existing.family &&
    declared.marks.every((mark, index) => mark === undefined || mark === existing.marks[index])
  );
}

/**
 * Existing processes that match a declaration. If it names no connection, processes without one win; only if there are
 * none, any connection matches.
 */
export function candidatesAmong<P>(
  declared: Identity,
  existing: readonly P[],
  identityOf: (process: P) => Identity,
): P[] {
  const found = existing.filter((process) => fits(declared, identityOf(process)));
  return declared.marks.reduce((left, mark, index) => {
    if (mark !== undefined) return left;
    const unmarked = left.filter((process) => identityOf(process).marks[index] === undefined);
    return unmarked.length > 0 ? unmarked : left;
  }, found);
}

/** Equal for two declarations that would be one process. */
export function keyOf({ family, marks }: Identity): string {
  return JSON.stringify([family, ...marks.map((mark) => mark ?? null)]);
}

/** The more specific first: one that names a mark before one that leaves it open. */
export function bySpecificity(a: Identity, b: Identity): number {
  return openMarks(a) - openMarks(b);
}

function openMarks({ marks }: Identity): number {
  return marks.filter((mark) => mark === undefined).length;
}

/** A command's parts: quoted text, an escaped character, a run of blanks, anything else. */
const commandParts = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|[ \t]+|[^ \t'"\\]+|./gs;

/**
 * A command with each run of blanks and tabs outside quotation marks as one blank, and none around it. No other white
 * space is folded: a shell takes a no-break space for a letter.
 */
export function foldCommand(command: string): string {
  const parts = (command.match(commandParts) ?? []).map((part) => (/^[ \t]/.test(part) ? ' ' : part));
  const [start, end] = [parts[0] === ' ' ? 1 : 0, parts.at(-1) === ' ' ? -1 : undefined];
  return parts.slice(start, end).join('');
}
