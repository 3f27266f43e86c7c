import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';

let world: ForgeWorld;

beforeEach(async () => {
  world = await startForge('forge/restart');
});

afterEach(() => world.emulator.close());

const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });

test('waits for one that a list shows in another shape for a while', async () => {
  const added = Array.from({ length: 4 }, () => add().id);
  // The first list is read before the restart, the next one after it.
  world.emulator.faults.add({
    kind: 'edit',
    on: 'GET .*/background-processes(\\?|$)',
    nth: 2,
    edit: (answer) => {
      const { data } = answer.body as { data: object[] };
      return {
        ...answer,
        body: { data: data.map((one, n) => (n === 1 ? { ...one, attributes: null } : one)) },
      };
    },
  });
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(run.log).toContain(`${added[1]} is unknown`);
  expect(run.outputs['count']).toBe('4');
});
