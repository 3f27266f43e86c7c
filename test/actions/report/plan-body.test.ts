import { describe, expect, test } from 'vitest';
import { planBody } from '../../../src/actions/report/plan-body.ts';
import type { PlanText } from '../../../src/converge/text.ts';
import { type Html, html } from '../../../src/runner/html.ts';

const small: PlanText = {
  diff: ['@@ App @@', '+ a  1 process'],
  unchanged: ['@@ App @@', '= b'],
  ids: ['p-1  b'],
};
const bodyOf = (text: PlanText) => ({
  explain: 'each of them',
  text,
  next: html`<p>Next</p>`,
  file: 'm.yml',
});
const within =
  (most: number) =>
  ({ markup }: Html) =>
    Buffer.byteLength(markup) <= most;
const lines = (count: number, start: string) =>
  Array.from({ length: count }, (_, n) => `${start} process ${n}`);

describe('A plan in the summary or in a comment', () => {
  test('shows what changes, and folds the rest away, names first and ids last', () => {
    const { markup } = planBody(bodyOf(small), within(10_000));
    expect(markup).toContain('\n\n```diff\n@@ App @@\n+ a  1 process\n```\n\n');
    expect(markup).toContain('<code>+</code> created');
    expect(markup).toContain('created · each of them</sub>');
    expect(markup).not.toContain('<code>-</code>');
    expect(markup).toMatch(
      /<details><summary>1 unchanged, ids and manifest<\/summary><p>Manifest: <code>m\.yml/,
    );
    expect(markup.indexOf('= b')).toBeLessThan(markup.indexOf('p-1  b'));
    expect(markup).not.toContain('left out');
  });

  test('is in a fence that no command can end', () => {
    const { markup } = planBody(
      bodyOf({ ...small, diff: ['+ a ```` b', '+ \n``````\n<script>'] }),
      within(10_000),
    );
    expect(markup).toContain('\n```````diff\n+ a ```` b\n+ \\n``````\\n<script>\n```````\n');
  });

  test('loses what is folded away first when it is too long, and says so', () => {
    const text = { diff: lines(10, '+'), unchanged: lines(50, '='), ids: lines(5_000, 'p') };
    const { markup } = planBody(bodyOf(text), within(20_000));
    expect(Buffer.byteLength(markup)).toBeLessThanOrEqual(20_000);
    expect(markup).toContain('+ process 9');
    expect(markup).toContain('= process 49');
    expect(markup).toMatch(/<p>\d+ more lines are left out here, since they do not fit\.<\/p><\/details>$/);
  });

  test('then loses lines of the diff, and says so', () => {
    const text = { diff: lines(5_000, '+'), unchanged: lines(50, '='), ids: lines(50, 'p') };
    const { markup } = planBody(bodyOf(text), within(20_000));
    expect(Buffer.byteLength(markup)).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(markup)).toBeGreaterThan(19_900);
    expect(markup).toMatch(/<strong>\d+ more lines are left out here<\/strong>/);
    expect(markup).toContain('<p>Next</p>');
    expect(markup).not.toContain('= process');
  });
});
