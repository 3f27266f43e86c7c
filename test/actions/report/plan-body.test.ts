import { describe, expect, test } from 'vitest';
import {
  describeProgress,
  describeTime,
  type PlanBody,
  planBody,
} from '../../../src/actions/report/plan-body.ts';
import { countsOf } from '../../../src/converge/plan.ts';
import type { PlaceText, PlanText } from '../../../src/converge/text.ts';
import { type Html, html } from '../../../src/runner/html.ts';

const place = (lines: readonly string[], name = 'App'): PlaceText => ({
  name,
  within: undefined,
  counts: countsOf(lines.map(() => ({ outcome: 'created' }))),
  lines,
});
const small: PlanText = {
  places: [place(['@@ App @@', '+ 1 process a'])],
  whole: [],
  unchanged: ['@@ App @@', '= b'],
  ids: ['p-1  b'],
  idle: [],
};
const bodyOf = (text: PlanText, whole = text): PlanBody => ({
  kind: 'planned',
  lead: html`<p>Lead</p>`,
  explain: 'Numbers are per replica.',
  next: html`<p>Next</p>`,
  file: 'm.yml',
  failed: new Set(),
  textOf: (room) => (room === Infinity ? whole : text),
});
const within =
  (most: number) =>
  ({ markup }: Html) =>
    Buffer.byteLength(markup) <= most;
const lines = (count: number, start: string) =>
  Array.from({ length: count }, (_, n) => `${start} process ${n}`);

describe('A plan in the summary or in a comment', () => {
  test('has whole commands first in what is folded away', () => {
    const { markup } = planBody(bodyOf({ ...small, whole: ['App: + 1 process a b c'] }), within(10_000)).body;
    expect(markup).toContain('<summary>Whole commands · 1 unchanged · ids · manifest file</summary>');
    expect(markup.indexOf('a b c')).toBeLessThan(markup.indexOf('= b'));
  });

  test('shows environments that failed first, and never says that there was nothing to change in them', () => {
    const inside = (within: string, ...outcomes: ('created' | undefined)[]): PlaceText => ({
      ...{ ...place(['  x']), within },
      counts: countsOf(outcomes.map((outcome) => ({ outcome }))),
    });
    const text = {
      ...small,
      places: [
        inside('production', 'created'),
        inside('qa', undefined, undefined),
        inside('demo', 'created', undefined),
      ],
      idle: ['old', 'staging'],
    };
    const body = { ...bodyOf(text), kind: 'done' as const, failed: new Set(['qa', 'demo', 'old']) };
    const { markup } = planBody(body, within(10_000)).body;
    expect(markup.match(/<h4>.*?<\/h4>/g)).toEqual([
      '<h4>❌ <code>qa</code>: 2 of 2 changes not made</h4>',
      '<h4>❌ <code>demo</code>: 1 created, 1 of 2 changes not made</h4>',
      '<h4><code>production</code>: 1 created</h4>',
    ]);
    expect(markup).toContain('<p>Nothing to change in <code>staging</code>.</p>');
  });

  test('is in a fence that no command can end', () => {
    const text = { ...small, places: [place(['+ a ```` b', '+ \n``````\n<script>'])] };
    const { markup } = planBody(bodyOf(text), within(10_000)).body;
    expect(markup).toContain('\n```````diff\n+ a ```` b\n+ \\n``````\\n<script>\n```````\n');
  });

  test('of more than fifty lines is folded for each place, with what it changes', () => {
    const text = { ...small, places: [place(lines(40, '+')), place(lines(11, '+'), 'imports')] };
    const { markup } = planBody(bodyOf(text), within(10_000)).body;
    expect(markup).toContain(
      '<details><summary><code>App</code>: 40 to create</summary>\n\n```diff\n+ process 0',
    );
    expect(markup).toContain('<summary><code>imports</code>: 11 to create</summary>');
  });

  test('loses what is folded away first when it is too long, and says so', () => {
    const text = {
      ...small,
      places: [place(lines(10, '+'))],
      unchanged: lines(50, '='),
      ids: lines(5_000, 'p'),
    };
    const { markup } = planBody(bodyOf(text), within(20_000)).body;
    expect(Buffer.byteLength(markup)).toBeLessThanOrEqual(20_000);
    expect(markup).toContain('+ process 9');
    expect(markup).toContain('= process 49');
    expect(markup).toMatch(/<strong>\d+ more lines do not fit here<\/strong>/);
  });

  test('is whole where it fits with its commands in full in their lines', () => {
    const text = { ...small, places: [place(lines(10, '+ cut'))], whole: lines(5_000, 'x') };
    const whole = { ...small, places: [place(lines(10, '+ whole'))] };
    const { body, isWhole } = planBody(bodyOf(text, whole), within(20_000));
    expect(isWhole).toBe(true);
    expect(body.markup).toContain('+ whole process 9');
  });

  test('then loses lines of the diff, cuts none of those it shows, and says so', () => {
    const text = {
      ...small,
      places: [place(lines(5_000, '+ cut'))],
      unchanged: lines(50, '='),
      ids: lines(50, 'p'),
    };
    const whole = { ...text, places: [place(lines(5_000, '+ whole'))] };
    const { body, isWhole } = planBody(bodyOf(text, whole), within(20_000));
    const { markup } = body;
    expect(isWhole).toBe(false);
    expect(Buffer.byteLength(markup)).toBeLessThanOrEqual(20_000);
    expect(Buffer.byteLength(markup)).toBeGreaterThan(19_900);
    expect(markup).toMatch(/<strong>\d+ more lines do not fit here<\/strong>; the log has all of them\./);
    expect(markup).toContain('<p>Next</p>');
    expect(markup).toContain('+ whole process 0');
    expect(markup).not.toContain('= process');
    expect(markup).not.toContain('+ cut');
  });
});

const pace = { changes: 30, window: 60_000 };

test('the time of a change that keeps within one window is not worth a word', () => {
  expect(describeTime(60, pace, 'thirty a minute')).toBeUndefined();
  expect(describeTime(61, pace, 'thirty a minute')).toBe('61 changes take about 2 minutes: thirty a minute');
});

test.each([
  [999, '999'],
  [1_000, '1,000'],
  [1_234_567, '1,234,567'],
])('a number of %s is written as %s', (total, written) => {
  expect(describeProgress({ done: 0, total, left: 1_000 })).toBe(`0 of ${written} finished, about 1 s left`);
});
