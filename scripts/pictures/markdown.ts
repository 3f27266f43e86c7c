import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Makes HTML as GitHub does from a job's summary or a comment. */
export function toHtml(markdown: string): string {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  return html.replace(/(<pre><code class="language-diff">)([\s\S]*?)(?=<\/code>)/g, (_, start, lines) =>
    [
      start,
      ...String(lines)
        .split(/(?<=\n)/)
        .map(coloured),
    ].join(''),
  );
}

/** GitHub's classes for the lines of a `diff` block. */
const classes: Readonly<Record<string, string>> = {
  '+': 'pl-mi1',
  '-': 'pl-md',
  '!': 'pl-mc',
  '@': 'pl-mdr',
};

function coloured(line: string): string {
  const name = classes[line.charAt(0)];
  return name === undefined ? line : `<span class="${name}">${line.trimEnd()}</span>\n`;
}
