import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { storms } from '../e2e/storms.ts';
import { scenarios } from './all.ts';
import { requestsTable, stormsTable } from './requests.ts';

const page = await readFile(new URL('../../docs/requests.md', import.meta.url), 'utf8');

test('the table in docs/requests.md is made from the scenarios', () => {
  expect(page).toContain(requestsTable(scenarios));
});

test('the table of what a run sends while it waits is made from the tests that count it', () => {
  expect(page).toContain(stormsTable(storms));
});
