import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runAction } from '../e2e/harness/run-action.ts';
import { scenarios } from './all.ts';
import { requestsTable } from './requests-table.ts';
import { prepareScenario, requestsMade, watchDepth } from './scenario.ts';

describe('Each action makes exactly the requests that the documentation promises', () => {
  test.each(scenarios.map((scenario) => [`${scenario.action}: ${scenario.title}`, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const { emulator, options } = await prepareScenario(scenario);
      try {
        const depth = watchDepth(emulator);
        const run = await runAction({ ...options, time: emulator.time });
        expect(run.errors).toEqual([]);
        expect(requestsMade(emulator)).toEqual([...scenario.requests].sort());
        expect(depth()).toBe(scenario.depth);
        expect(emulator.requests.flatMap(({ violations }) => violations)).toEqual([]);
      } finally {
        await emulator.close();
      }
    },
  );

  test('the table in docs/requests.md is made from these scenarios', async () => {
    const page = await readFile(new URL('../../docs/requests.md', import.meta.url), 'utf8');
    expect(page).toContain(requestsTable(scenarios));
  });
});
