import { expect, test } from 'vitest';
import { planFor } from '../../src/converge/plan.ts';
import type { PlacedProcess } from '../../src/forge/process.ts';
import { forgeRules } from '../../src/forge/service.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { listingOf } from '../support/listing.ts';
import { lineOf } from '../support/operation-line.ts';
import { processOf, specOf } from './forge-server.ts';

const place = { id: '7', name: 'web-1' };
const horizon = 'process "php8.4 artisan horizon" of forge';

function plan(declared: ForgeSpec[], existing: PlacedProcess[], prune = false) {
  return planFor([{ place, declared, listing: listingOf(existing) }], forgeRules, { prune });
}

const lines = (...args: Parameters<typeof plan>): string[] => plan(...args).operations.map(lineOf);

test('drift is a replacement, and what is not declared is kept without prune', () => {
  const there = [
    processOf({ id: '1', processes: 3 }),
    processOf({ id: '2', command: 'old', directory: null }),
  ];
  expect(lines([specOf()], there)).toEqual([
    `~ ${horizon} in /home/forge/shop.example  1  replace  processes: 3 → 1`,
    '? process "old" of forge  2',
  ]);
  expect(lines([], there, true).map((line) => line[0])).toEqual(['-', '-']);
});

test('a declaration with a directory comes before one that takes any', () => {
  const there = [processOf({ id: '1' }), processOf({ id: '2', directory: '/other/' })];
  expect(lines([specOf({ directory: undefined }), specOf({ directory: '/other' })], there)).toEqual([
    `= ${horizon}  1`,
    `= ${horizon} in /other  2`,
  ]);
});

test('a declaration with a site takes only what the list of this site has shown', () => {
  const there: PlacedProcess[] = [processOf({ id: '1' }), { ...processOf({ id: '2' }), siteId: '9' }];
  expect(lines([specOf(), specOf({ siteId: '9' })], there)).toEqual([
    `= ${horizon} in /home/forge/shop.example  1`,
    `= ${horizon} in /home/forge/shop.example  2`,
  ]);
  expect(lines([specOf({ siteId: '9' })], there.slice(0, 1)).map((line) => line[0])).toEqual(['+', '?']);
});

test('two that differ in their directory are a matter of luck, which prune does not try', () => {
  const there = [processOf({ id: '1' }), processOf({ id: '2', directory: '/other' })];
  expect(plan([specOf({ directory: undefined })], there, true).ambiguous).toHaveLength(1);
});
