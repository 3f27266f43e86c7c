/** Markup that is safe to write to a summary or a comment. Made only by the `html` template. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[];

/** Markup from a template: each value is escaped unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, index) => text + markupOf(values[index - 1] ?? '') + part));
}

/** Longer values are cut: a summary is read, and the whole value is in the step's outputs. */
const longest = 2_000;

/** Text from outside, shown as it is, on one line. */
export function code(value: string | number): Html {
  const text = String(value);
  return html`<code>${text.length > longest ? `${text.slice(0, longest)}…` : text}</code>`;
}

/** Text of several lines, which stay apart. */
export function lines(text: string): Html {
  const [first = '', ...rest] = text.trimEnd().split('\n');
  return html`${first}${rest.map((line) => html`<br>${line}`)}`;
}

/** Lines as they are, with their indentation. Line breaks are spelled out: a blank line would end the HTML block. */
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
 * Everything that means something in HTML, and what would start a link, an image, emphasis, code or a table cell in
 * Markdown. Line breaks become spaces: a blank line would end the HTML block and let Markdown in.
 */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[&<>"'`|[\]*~\\!]/g, (character) => `&#${character.charCodeAt(0)};`);
}
