import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { costsOf, play, type Scenario } from './scenario.ts';
import { transcriptOf } from './transcript.ts';

/** Each of these scenarios goes as its snapshot shows; they are all that the action has. */
export function expectSnapshots(scenarios: readonly Scenario[]): void {
  const actions = [...new Set(scenarios.map(({ action }) => action))];
  describe.each(actions)('%s makes of these inputs, in this world, what its snapshot shows', (action) => {
    const folder = new URL(
      `snapshots/${action === '.' ? 'root' : action.replace('/', '-')}/`,
      import.meta.url,
    );
    const own = scenarios.filter((scenario) => scenario.action === action);

    test.each(own.map((scenario) => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
      const played = await play(scenario);
      await expect(transcriptOf(scenario, played)).toMatchFileSnapshot(
        fileURLToPath(new URL(fileOf(scenario), folder)),
      );
      const { costs } = scenario;
      if (costs === undefined) return;
      expect(costsOf(played)).toEqual({ ...costs, requests: [...costs.requests].sort() });
    });

    test('no snapshot is left of a scenario that is gone', () => {
      const left = globSync('*', { cwd: folder }).filter((file) => !own.map(fileOf).includes(file));
      expect(left).toEqual([]);
    });
  });
}

/** `the-process-is-missing-instance-by-id.md` */
function fileOf({ title }: Scenario): string {
  return `${title.toLowerCase().replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '')}.md`;
}
