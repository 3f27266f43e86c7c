import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';

let world: ForgeWorld;
let base: string;

beforeEach(async () => {
  world = await startForge('forge/restart');
  base = `/${world.server.id}/background-processes`;
});

afterEach(() => world.emulator.close());

const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });

test('restarts many, and looks at them by list', async () => {
  const added = Array.from({ length: 8 }, () => add().id);
  add({ script: ['removing'] });
  const run = await world.run();
  expect(run.outputs).toEqual({ 'ids-json': JSON.stringify(added), count: '8' });
  expect(world.requests().filter((request) => request.startsWith('POST'))).toHaveLength(8);
  expect(world.requests()).not.toContain(`GET ${base}/${added[0]}`);
});

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

test('an error while it is installing is waited out', async () => {
  world.emulator.forge.options.actionFailsWhileInstalling = true;
  const process = add({ script: ['installing', 'installing', 'starting', 'running'] });
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(process.actions).toEqual(['restart']);
  expect(run.log).toContain(`${process.id} is still installing; its restart waits for that`);
  const answers = world.emulator.requests.filter(({ method }) => method === 'POST');
  expect(answers.map(({ answered }) => answered)).toEqual([500, 202]);
});

test('a lost answer is asked for again', async () => {
  const process = add();
  world.emulator.faults.add({ kind: 'reset-after', on: 'POST /actions$' });
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(process.actions).toEqual(['restart', 'restart']);
});
