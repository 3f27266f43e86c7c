import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { html } from '../../src/runner/html.ts';
import { Log } from '../../src/runner/log.ts';
import { Secrets } from '../../src/runner/secrets.ts';
import { maxSummaryBytes, Report, reasons, table, writeSummary } from '../../src/runner/summary.ts';

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

test('why a step failed keeps its lines, and its lists are lists', () => {
  expect(reasons('Two problems:\n- a <b>\n- c\nNo request was made.').markup).toBe(
    '<p>Two problems:</p><ul><li>a <code>&#60;b&#62;</code></li><li>c</li></ul><p>No request was made.</p>',
  );
});

describe('the file of the summary', () => {
  const secrets = new Secrets();
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'summary-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['at its end', ['head', 'large'], 'head'],
    ['at its start', ['large', 'tail'], 'tail'],
    ['as a whole', ['large'], ''],
  ])('of a summary that is too large %s gets what fits, and a line about the rest', (_, blocks, kept) => {
    const file = join(folder, 'summary.md');
    const large = 'x'.repeat(maxSummaryBytes);
    const made = blocks.map((block) => html`<p>${block === 'large' ? large : block}</p>`);
    writeSummary(file, made, secrets, new Log(secrets, '.'));

    const text = readFileSync(file, 'utf8');
    expect(text.length).toBeLessThan(1_000);
    expect(text).toContain(kept);
    expect(text).toContain('too large to show');
  });

  test('keeps what the step has written before', () => {
    const file = join(folder, 'summary.md');
    for (const text of ['one', 'two']) writeSummary(file, [html`${text}`], secrets, new Log(secrets, '.'));
    expect(readFileSync(file, 'utf8')).toBe('one\n\ntwo\n\n');
  });

  test.each([
    ['is not named', () => undefined, 'GITHUB_STEP_SUMMARY is not set'],
    ['cannot be written', () => folder, 'EISDIR'],
  ])('only costs a line of the debug log if it %s', (_, file, why) => {
    const log = new Log(secrets, '.');
    const debug = vi.spyOn(log, 'debug').mockReturnValue();
    writeSummary(file(), [html`one`], secrets, log);
    expect(debug).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(`The summary could not be written: .*${why}`),
    );
  });
});

describe('what a step says in its summary', () => {
  const textOf = (blocks: ReturnType<Report['blocks']>) => blocks.map(({ markup }) => markup).join('');

  test('has its last headline first, warnings below it, then the rest', () => {
    const report = new Report();
    report.add(html`<p>rest</p>`);
    report.headline('waiting', html`Created, not live yet`);
    report.headline('done', html`Created and live`);
    report.warnings.push('The custom process "schedule:run" ends.');
    expect(textOf(report.blocks(undefined))).toBe(
      '<h3>✅ Created and live</h3><p>⚠️ The custom process <code>schedule:run</code> ends.</p><p>rest</p>',
    );
  });

  test('has one headline where it failed: what had been done before is bold text below it', () => {
    const report = new Report();
    report.headline('done', html`Created`);
    report.add(html`<p>rest</p>`);
    const ending = { mark: 'failed', headline: 'The deployment failed', details: 'Why.' } as const;
    expect(textOf(report.blocks(ending))).toBe(
      '<h3>❌ The deployment failed</h3><p>Why.</p><p><strong>Created</strong></p><p>rest</p>',
    );
  });

  test('counts warnings that are too many', () => {
    const report = new Report();
    for (let n = 0; n < 23; n++) report.warnings.push(`warning ${n}`);
    expect(textOf(report.blocks(undefined))).toMatch(
      /warning 19<\/p><p>⚠️ 3 more warnings are in the log\.<\/p>$/,
    );
  });
});
