import { expect, test } from 'vitest';
import { planJson } from '../../../src/actions/report/plan.ts';

const warnings: string[] = [];
const warn = (line: string): void => void warnings.push(line);
const many = (count: number, action: string) =>
  Array.from({ length: count }, (_, n) => ({ action, identity: `${n} ${'x'.repeat(190)}` }));

test('a plan that fits is whole', () => {
  const operations = [...many(1_000, 'keep'), ...many(1_000, 'create')];
  expect(JSON.parse(planJson(operations, warn))).toEqual(operations);
  expect(planJson([], warn)).toBe('[]');
  expect(warnings).toEqual([]);
});

test('one that does not fit loses unchanged operations first, from the end, and says so', () => {
  const operations = [...many(1_500, 'keep'), ...many(1_000, 'create')];
  const json = planJson(operations, warn);
  expect(json.length).toBeLessThanOrEqual(480_000);
  const shown: { action: string; identity: string }[] = JSON.parse(json);
  expect(shown.filter(({ action }) => action === 'create')).toHaveLength(1_000);
  const kept = shown.filter(({ action }) => action === 'keep');
  expect(kept).toEqual(operations.slice(0, kept.length));
  expect(warnings).toEqual([expect.stringMatching(/^plan-json leaves out \d+ of 2500 operations/)]);
});

test('then it loses others', () => {
  const shown: { action: string }[] = JSON.parse(
    planJson([...many(5, 'keep'), ...many(5_000, 'delete')], warn),
  );
  expect(shown.every(({ action }) => action === 'delete')).toBe(true);
  expect(shown.length).toBeGreaterThan(1_900);
});
