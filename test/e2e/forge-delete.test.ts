import { expect, test } from 'vitest';
import { startForge, violations } from './forge-world.ts';

test('a lost answer is no failure when the process is gone', async () => {
  const world = await startForge('forge/delete');
  const command = 'php8.4 artisan horizon';
  world.emulator.forge.addProcess(world.server, { command });
  world.emulator.faults.add({ kind: 'reset-after', on: 'DELETE', times: 4 });
  const run = await world.run({ command });

  expect(run.errors).toEqual([]);
  expect(run.outputs['outcome']).toBe('deleted');
  expect(violations(world)).toEqual([]);
  await world.emulator.close();
});
