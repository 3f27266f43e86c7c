import { expect, test } from 'vitest';
import { code, folded, html, joined, preformatted } from '../../src/runner/html.ts';

test('each value is escaped, whatever it is put into', () => {
  const hostile = '<b> `x` [y](z) & "q" | ~ * ! \\';
  for (const { markup } of [
    html`${hostile}`,
    code(hostile),
    folded(html`${hostile}`, html``),
    preformatted([hostile]),
  ])
    expect(markup.replaceAll(/<\/?(code|details|summary|pre)>/g, '')).not.toMatch(/[<>`[\]|~*!\\"]/);
});

test('a long value is cut between words, and none is nothing', () => {
  expect(code(`${'word '.repeat(400)}end`).markup).toBe(`<code>${'word '.repeat(400).trimEnd()}…</code>`);
  expect(code('').markup).toBe('');
});

test('pieces get something between them', () => {
  const pieces = ['a', 'b', 'c'].map((text) => html`${text}`);
  expect(joined(pieces, html`, `).markup).toBe('a, b, c');
  expect(joined([], html`, `).markup).toBe('');
});

test('a blank line stays inside of what is preformatted', () => {
  expect(preformatted(['a', '', 'b']).markup).toBe('<pre>a&#10;&#10;b</pre>');
});
