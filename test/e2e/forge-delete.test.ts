import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge, violations } from './forge-world.ts';

let world: ForgeWorld;

beforeEach(async () => {
  world = await startForge('forge/delete');
});

afterEach(async () => {
  expect(violations(world)).toEqual([]);
  await world.emulator.close();
});

const command = 'php8.4 artisan horizon';
const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command, ...given });
const left = () => world.emulator.forge.listProcesses(world.server).map(({ id }) => id);
const deletes = () => world.emulator.requests.filter(({ method }) => method === 'DELETE').length;

describe('forge/delete makes a process not exist', () => {
  test('found by what it does, and reported when Forge has finished', async () => {
    world.emulator.forge.options.removalLooks = 2;
    const { id } = add();
    const other = add({ command: `${command} --quiet` });
    const run = await world.run({ command: 'php8.4   artisan horizon' });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toEqual({ outcome: 'deleted', 'ids-json': `["${id}"]`, count: '1' });
    expect(left()).toEqual([other.id]);
    expect(deletes()).toBe(1);
    expect(run.log).toContain(`Deleted ${id}`);
    expect(run.summary).toContain('Deleted: <code>php8.4 artisan horizon</code> on');
  });

  test.each([
    [{ user: 'root' }, 1],
    [{ directory: '/home/forge/other/' }, 2],
    [{ site: 'shop.example' }, 3],
  ])('told apart by %j', async (inputs: Record<string, string>, index) => {
    const added = [
      add(),
      add({ user: 'root' }),
      add({ directory: '/home/forge/other' }),
      add({ siteId: Number(world.site.id) }),
    ];
    const run = await world.run({ command, ...inputs });
    expect(run.outputs['ids-json']).toBe(JSON.stringify([added[index]?.id]));
    expect(left()).not.toContain(added[index]?.id);
    expect(left()).toHaveLength(3);
  });

  test('by its id, without a list', async () => {
    const { id } = add();
    const run = await world.run({ 'process-id': id });
    expect(run.outputs['outcome']).toBe('deleted');
    expect(world.requests().map((request) => request.split(' ')[0])).toEqual(['GET', 'DELETE', 'GET']);
  });

  test('several that match are refused, with what tells them apart', async () => {
    const one = add({ directory: '/a' });
    const two = add({ directory: '/b', processes: 3 });
    const run = await world.run({ command });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`- ${one.id}: user forge, directory /a, 1 processes, running`);
    expect(run.errors[0]).toContain(`- ${two.id}: user forge, directory /b, 3 processes, running`);
    expect(deletes()).toBe(0);
    const all = await world.run({ command, all: 'true' });
    expect(all.outputs).toEqual({
      outcome: 'deleted',
      'ids-json': JSON.stringify([one.id, two.id]),
      count: '2',
    });
    expect(left()).toEqual([]);
  });

  test('one that is not there is absent, or a failure where that was asked for', async () => {
    const absent = await world.run({ command });
    expect([absent.exitCode, absent.outputs]).toEqual([
      0,
      { outcome: 'absent', 'ids-json': '[]', count: '0' },
    ]);
    const missing = await world.run({ command, user: 'root', 'if-missing': 'fail' });
    expect(missing.errors[0]).toContain(
      `The process "${command}" of root: there is none on server ${world.server.id}, and if-missing is fail`,
    );
    expect(missing.outputs['outcome']).toBe('absent');
  });

  test('a dry run deletes nothing', async () => {
    const { id } = add();
    const run = await world.run({ command, 'dry-run': 'true' });
    expect(run.outputs).toEqual({ outcome: 'would-delete', 'ids-json': `["${id}"]`, count: '1' });
    expect(deletes()).toBe(0);
  });

  test('a lost answer is no failure when the process is gone', async () => {
    add();
    world.emulator.faults.add({ kind: 'reset-after', on: 'DELETE', times: 4 });
    const run = await world.run({ command });
    expect(run.errors).toEqual([]);
    expect(run.outputs['outcome']).toBe('deleted');
  });

  test('a token that may not delete is told its scope, and nothing is said to be done', async () => {
    add();
    world.emulator.forge.options.scopes = ['server:view'];
    const run = await world.run({ command });
    expect(run.errors[0]).toContain('server:delete-daemons');
    expect(run.errors[0]).not.toContain('asked Forge');
    expect(run.outputs).toEqual({ outcome: '', 'ids-json': '[]', count: '0' });
  });
});

describe('the inputs', () => {
  test('what is meant must be said', async () => {
    const run = await world.run({ user: 'forge' });
    expect(run.errors[0]).toContain('command: is needed, with what tells it apart');
    expect(world.requests()).toEqual([]);
  });

  test('all that is wrong is told at once, before any request', async () => {
    const run = await world.run({
      organization: '',
      'process-id': 'x',
      command: 'a\nb',
      site: 'shop.example',
      all: 'true',
      'if-missing': 'skip',
    });
    for (const name of ['organization', 'process-id', 'command', 'site', 'all', 'if-missing'])
      expect(run.errors[0]).toContain(`- ${name}: `);
    expect(world.requests()).toEqual([]);
  });
});
