/** What a process is known by where there are no names. */
export interface Identity {
  /** Must be equal: `worker high,default`. */
  readonly family: string;
  /** Finer marks in a fixed order, such as a worker's connection. A declaration may leave one open. */
  readonly marks: readonly (string | undefined)[];
}

/** May the wanted one be this? What is left open may be anything. */
export function fits(wanted: Identity, has: Identity): boolean {
  return (
    wanted.family === has.family &&
    wanted.marks.every((mark, index) => mark === undefined || mark === has.marks[index])
  );
}

/**
 * Those that may be the wanted one. Where it leaves a mark open, those without that mark are the better match: only if
 * there are none do the others count.
 */
export function candidatesAmong<P>(
  wanted: Identity,
  existing: readonly P[],
  identityOf: (process: P) => Identity,
): P[] {
  const found = existing.filter((process) => fits(wanted, identityOf(process)));
  return wanted.marks.reduce((left, mark, index) => {
    if (mark !== undefined) return left;
    const without = left.filter((process) => identityOf(process).marks[index] === undefined);
    return without.length > 0 ? without : left;
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
