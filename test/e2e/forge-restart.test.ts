import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ForgeWorld, startForge, violations } from './forge-world.ts';

let world: ForgeWorld;
let base: string;

beforeEach(async () => {
  world = await startForge('forge/restart');
  base = `/${world.server.id}/background-processes`;
});

afterEach(() => world.emulator.close());

const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });

test('restarts those that match, and waits until they are up', async () => {
  const horizon = add({ siteId: Number(world.site.id) });
  const other = add({ command: 'php8.4 artisan reverb:start', siteId: Number(world.site.id) });
  const elsewhere = add();
  const run = await world.run({ site: 'shop.example', user: 'forge', command: 'horizon' });
  expect(run.errors).toEqual([]);
  expect(run.outputs).toEqual({ 'ids-json': JSON.stringify([horizon.id]), count: '1' });
  expect([horizon.actions, other.actions, elsewhere.actions]).toEqual([['restart'], [], []]);
  expect(world.requests()).toContain(`POST ${base}/${horizon.id}/actions {"action":"restart"}`);
  expect(violations(world)).toEqual([]);
  expect(run.log).toContain('is restarting');
  expect(run.summary).toContain('all up');
});

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

test('restarts the one with the id', async () => {
  const one = add();
  const other = add();
  const run = await world.run({ 'process-id': one.id });
  expect(run.outputs['count']).toBe('1');
  expect([one.actions, other.actions]).toEqual([['restart'], []]);
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

test.each(['fatal', 'exited'])('%s after the restart fails at once and names the process', async (status) => {
  const process = add();
  world.emulator.forge.options.restartScript = ['restarting', status];
  const run = await world.run();
  expect(run.exitCode).toBe(1);
  expect(run.errors[0]).toContain(`${process.id} (php8.4 artisan horizon) is ${status}`);
  expect(run.errors[0]).toContain(`restarted ${process.id}`);
  expect(run.outputs['count']).toBe('1');
});

test('what does not come up in time fails', async () => {
  add();
  world.emulator.forge.options.restartScript = ['restarting', 'backoff'];
  const run = await world.run({ 'wait-timeout': '2' });
  expect(run.errors[0]).toContain('is backoff');
});

test('without a wait the restart is only asked for', async () => {
  const process = add();
  world.emulator.forge.options.restartScript = ['restarting'];
  const run = await world.run({ 'wait-timeout': '0' });
  expect([run.exitCode, process.actions]).toEqual([0, ['restart']]);
  expect(run.summary).toContain('not waited for');
});

test('that nothing matches is an error that repeats the filters', async () => {
  add();
  const run = await world.run({ command: 'reverb', user: 'forge' });
  expect(run.errors[0]).toContain('none matches (user forge, command with "reverb")');
});

test('an id that there is not is an error', async () => {
  const run = await world.run({ 'process-id': '4711' });
  expect(run.errors[0]).toContain('there is none of this id');
});

test('an id together with filters is refused before any request', async () => {
  const run = await world.run({ 'process-id': 'x', site: '1', user: 'forge', directory: '/a', command: 'b' });
  for (const name of ['process-id', 'site', 'user', 'directory', 'command'])
    expect(run.errors[0]).toContain(`- ${name}: `);
  expect(world.requests()).toEqual([]);
});

test('a 403 names the scope that a restart needs', async () => {
  add();
  world.emulator.forge.options.scopes = ['server:view'];
  const run = await world.run();
  expect(run.errors[0]).toContain('server:create-daemons');
  expect(run.outputs).toEqual({ 'ids-json': '[]', count: '0' });
});
