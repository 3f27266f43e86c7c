import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scenarios } from './all.ts';
import { requestsTable } from './requests-table.ts';

test('the table in docs/requests.md is made from the scenarios', async () => {
  const page = await readFile(new URL('../../docs/requests.md', import.meta.url), 'utf8');
  expect(page).toContain(requestsTable(scenarios));
});
