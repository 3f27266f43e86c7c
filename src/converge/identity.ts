/** The features that identify a process, in place of a name. */
export interface Identity {
  /** Must be equal: `worker high,default`. */
  readonly family: string;
  /** Further fields in a fixed order, such as a worker's connection. A declaration may leave one open (undefined). */
  readonly marks: readonly (string | undefined)[];
}

/** True if the existing process can be the declared one. An open mark of the declaration matches any value. */
export function fits(declared: Identity, existing: Identity): boolean {
  return (
    declared.family === existing.family &&
    declared.marks.every((mark, index) => mark === undefined || mark === existing.marks[index])
  );
}

/** Returns a key that is equal for two declarations of one process. */
export function keyOf({ family, marks }: Identity): string {
  return JSON.stringify([family, ...marks.map((mark) => mark ?? null)]);
}

/** Sorts the more specific first: a named mark before an open one. */
export function bySpecificity(a: Identity, b: Identity): number {
  return openMarks(a) - openMarks(b);
}

function openMarks({ marks }: Identity): number {
  return marks.filter((mark) => mark === undefined).length;
}

/** A command's parts: quoted text, an escaped character, a run of blanks, anything else. */
const commandParts = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|[ \t]+|./gs;

/**
 * Folds each run of blanks and tabs outside quotation marks to one blank, and removes those around the command. Other
 * white space stays: for a shell, a no-break space is a letter.
 */
export function foldCommand(command: string): string {
  const parts = (command.match(commandParts) ?? []).map((part) => (/^[ \t]/.test(part) ? ' ' : part));
  const [start, end] = [parts[0] === ' ' ? 1 : 0, parts.at(-1) === ' ' ? -1 : undefined];
  return parts.slice(start, end).join('');
}
