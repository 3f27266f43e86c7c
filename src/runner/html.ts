import { shorten, visible } from '../text.ts';

/** Markup that is safe in a summary or a comment. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[];

/** Makes markup from a template. Escapes each value that is not markup. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, index) => text + markupOf(values[index - 1] ?? '') + part));
}

/** The largest number of characters of a value in a summary. The step's outputs have the whole value. */
const longest = 2_000;
/** The largest number of characters of a paragraph. The patterns below are slow for the millions that an API may send. */
const longestProse = 10_000;

/** Shows text from outside as code on one line; empty for an empty text. */
export function code(value: string | number): Html {
  return value === '' ? html`` : html`<code>${shorten(String(value), longest)}</code>`;
}

/** Shows a path as code, with a possible line break after each slash. */
export function pathCode(value: string): Html {
  const parts = shorten(value, longest).split(/(?<=\/)/);
  return html`<code>${joined(
    parts.map((part) => html`${part}`),
    html`<wbr>`,
  )}</code>`;
}

/** Joins pieces, with a separator between them. */
export function joined(pieces: readonly Html[], between: Html): Html {
  return html`${pieces.flatMap((piece, index) => (index === 0 ? [piece] : [between, piece]))}`;
}

/** Folds content behind a title to click, for details that most readers skip. */
export function folded(title: Html, content: Html): Html {
  return html`<details><summary>${title}</summary>${content}</details>`;
}

export function link(address: string, text: Html): Html {
  return html`<a href="${address}">${text}</a>`;
}

/**
 * Shows lines in a code fence of Markdown with more backticks than any run in the lines. Nothing inside becomes a
 * mention or a link, and GitHub colours a `diff`.
 */
export function fence(lines: readonly string[], language: 'diff' | 'text' | 'yaml'): Html {
  const text = lines.map(visible).join('\n');
  const longestRun = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2);
  const ticks = '`'.repeat(longestRun + 1);
  return new Html(`\n\n${ticks}${language}\n${text}\n${ticks}\n\n`);
}

/**
 * Shows a message as prose in which nothing becomes a mention, a reference or a link: quoted text is code, and so is
 * each word with characters other than letters or digits.
 */
export function prose(text: string): Html {
  const parts = [...shorten(text, longestProse).matchAll(inMessages)];
  return html`${parts.map(([part, inQuotes, ...known]) => {
    const asCode = inQuotes?.replace(/\\(["\\])/g, '$1') ?? known.find((text) => text !== undefined);
    return asCode === undefined ? word(part) : code(asCode);
  })}`;
}

/** Ordinary words that are also inputs. They count as inputs only after a word such as `set`. */
const wordy =
  'application|command|connection|directory|environment|instance|manifest|organization|processes|queue|server|site|token|type|user';

/**
 * Quoted text; YAML or JSON in braces; an input with its value, such as `if-missing: ignore`; the input at the start of
 * a problem; an input after a word such as `set`; white space; a word.
 */
const inMessages = new RegExp(
  [
    /"((?:[^"\\]|\\.)+)"/,
    /('\{[^'\n]*\}'|(?<![^\s(])(?:[a-z-]+: ){0,4}\{[ "](?:[^{}\n]|\{[^{}\n]*\})*\})/,
    /(?<![^\s(])([a-z]+(?:-[a-z]+)*: (?:true|false)\b|[a-z]+(?:-[a-z]+)+: (?:ignore|fail|update|reuse|replace|create|running(?:, installed)?|require|\d+)\b|type: (?:custom|worker)\b|(?:[a-z-]+: )?\$\{\{[^}\n]*\}\})/,
    /(?<=^|\b422: |· )([a-z][a-z\d]*(?:-[a-z\d]+)*)(?=: )/,
    new RegExp(
      `(?<=\\b(?:[Ss]et|[Cc]orrect|[Cc]heck|[Rr]aise) (?:(?:${wordy})(?:, | or | and ))*)((?:${wordy})(?![\\w-])(?:(?<=[Ss]et \\w+): [^\\s,;]*[^\\s,;.])?)`,
    ),
    /\s+|\(+|[^\s"(][^\s"]*|"/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** A word with the punctuation around it. */
const parted = /^([(“‘]*)(.*?(?:\(\w*\))?)([)”’.,:;!?…]*)$/s;
/** A plain word, number or sign. Not seven or more hexadecimal digits: GitHub would link them to a commit. */
const isPlain =
  /^(?![\da-f]{7,}(?![\p{L}\d]))(?:\p{L}+(?:[’']\p{L}+|\(s\))?|\d+(?:[-:.,]\d+)*|\s+|[→–—·×=+&/]|)$/iu;

function word(text: string): Html {
  const [, before = '', middle = '', after = ''] = parted.exec(text) ?? [];
  return isPlain.test(middle) ? html`${text}` : html`${before}${code(middle)}${after}`;
}

/** Shows lines with their indentation. Writes line breaks as entities: a blank line would end the HTML block. */
export function preformatted(text: readonly string[]): Html {
  const shown = text.map((line) => html`${line}`.markup).join('&#10;');
  return new Html(`<pre>${shown}</pre>`);
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map((item) => item.markup).join('');
  return escaped(String(value));
}

/**
 * Escapes all characters with a meaning in HTML, and those that start a link, an image, emphasis, code or a table cell
 * in Markdown. Spells line breaks out: a blank line would end the HTML block and start Markdown.
 */
function escaped(text: string): string {
  return visible(text).replace(/[&<>"'`|[\]*~\\!]/g, (character) => `&#${character.charCodeAt(0)};`);
}
