/** A fenced code block of a Markdown text. */
export interface Fence {
  /** The word after the opening fence: `yaml`. */
  readonly language: string;
  /** The text, without the indentation of a list. */
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

/** Returns all fenced blocks, in their order. Throws for a block without an end. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { indent: number; marks: string; language: string; line: number; body: string[] } | undefined;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    const [, space = '', marks = '', language = ''] = /^( *)(`{3,}) *(\S*)/.exec(line) ?? [];
    if (open === undefined) {
      if (marks !== '') open = { indent: space.length, marks, language, line: index + 1, body: [] };
    } else if (marks === open.marks && language === '') {
      fences.push({ language: open.language, text: `${open.body.join('\n')}\n`, line: open.line });
      open = undefined;
    } else open.body.push(dedented(line, open.indent));
  }
  if (open !== undefined) throw new Error(`The block that starts in line ${open.line} never ends`);
  return fences;
}

function dedented(line: string, indent: number): string {
  return line.slice(Math.min(indent, line.length - line.trimStart().length));
}
