import { describe, expect, test } from 'vitest';
import { html } from '../../src/runner/html.ts';
import { headline, reasons, table } from '../../src/runner/summary.ts';

const cells = (...texts: string[]) => texts.map((text) => html`${text}`);

describe('a table', () => {
  test('leaves out the columns that say nothing', () => {
    const { markup } = table(['Name', 'Options', 'User'], [cells('a', '', 'forge'), cells('b', '', '')]);
    expect(markup).toBe(
      '<table><tr><th align="left">Name</th><th align="left">User</th></tr>' +
        '<tr><td>a</td><td>forge</td></tr><tr><td>b</td><td></td></tr></table>',
    );
  });

  test('ends with the number of rows that are too many', () => {
    const rows = Array.from({ length: 503 }, (_, n) => cells(String(n)));
    expect(table(['Name'], rows).markup).toMatch(/<td>499<\/td><\/tr><tr><td colspan="1">and 3 more<\/td>/);
  });
});

test('the first line has a mark that a glance gets', () => {
  expect(headline('drifted', html`Drifted`).markup).toBe('<h3>⚠️ Drifted</h3>');
});

test('why a step failed keeps its lines, and its lists are lists', () => {
  expect(reasons('Two problems:\n- a <b>\n- c\nNothing was sent.').markup).toBe(
    '<p>Two problems:</p><ul><li>a &#60;b&#62;</li><li>c</li></ul><p>Nothing was sent.</p>',
  );
});
