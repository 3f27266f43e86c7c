import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { expectNoToken, runAction, type StepRun } from './harness/run-action.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator();
  shop = seedShop(emulator);
});

afterEach(async () => {
  expect(emulator.requests.flatMap(({ violations }) => violations)).toEqual([]);
  await emulator.close();
});

async function remove(inputs: Record<string, string> = {}): Promise<StepRun> {
  const run = await runAction({
    action: 'delete',
    time: emulator.time,
    inputs: { token: emulator.token, 'api-url': emulator.url, instance: shop.instance.id, ...inputs },
  });
  expectNoToken(run, emulator.token);
  return run;
}

const worker = (config: Record<string, unknown> = {}) =>
  emulator.cloud.addProcess(shop.instance, { type: 'worker', config });
const custom = (command: string) => emulator.cloud.addProcess(shop.instance, { type: 'custom', command });
const left = (): string[] => emulator.cloud.listProcesses(shop.instance).map(({ id }) => id);
const deletes = (): number => emulator.requests.filter(({ method }) => method === 'DELETE').length;

describe('delete makes a process not exist', () => {
  test('found by its command, white space aside', async () => {
    const target = custom('php  artisan reverb:start');
    const other = custom('php artisan other');
    const run = await remove({ command: 'php artisan reverb:start' });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toEqual({ outcome: 'deleted', 'ids-json': JSON.stringify([target.id]), count: '1' });
    expect(left()).toEqual([other.id]);
    expect(run.notices[0]).toContain('next deploy');
    expect(run.summary).toContain(target.id);
  });

  test('found by its queue and connection', async () => {
    const target = worker({ queue: 'high', connection: 'redis' });
    const other = worker({ queue: 'high', connection: 'database' });
    const run = await remove({ 'config-json': '{"queue": "high", "connection": "redis"}' });
    expect(run.outputs['ids-json']).toBe(JSON.stringify([target.id]));
    expect(left()).toEqual([other.id]);
  });

  test('a worker by its type alone is the one on the default queue', async () => {
    const target = worker();
    const other = worker({ queue: 'high' });
    const run = await remove({ type: 'worker' });
    expect(run.outputs['ids-json']).toBe(JSON.stringify([target.id]));
    expect(left()).toEqual([other.id]);
  });

  test('without a declared connection those of any connection match, so that a second run takes no other', async () => {
    const both = [worker({ connection: 'redis' }), worker()].map(({ id }) => id);
    const run = await remove({ 'config-json': '{}' });
    for (const id of both) expect(run.errors[0]).toContain(id);
    expect(left()).toEqual(both);
  });

  test('named by its id, without an instance', async () => {
    const target = worker();
    const run = await remove({ 'process-id': target.id, instance: '' });
    expect(run.outputs['outcome']).toBe('deleted');
    expect(left()).toEqual([]);
  });

  test('an id on another instance than the one given is refused', async () => {
    const other = emulator.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
    const target = emulator.cloud.addProcess(other, { type: 'worker' });
    const run = await remove({ 'process-id': target.id });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(other.id);
    expect(deletes()).toBe(0);
  });

  test('that it is not there is fine, unless if-missing is fail', async () => {
    const run = await remove({ command: 'php artisan x' });
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toEqual({ outcome: 'absent', 'ids-json': '[]', count: '0' });
    const strict = await remove({ 'process-id': 'process-none', 'if-missing': 'fail' });
    expect(strict.exitCode).toBe(1);
    expect(strict.outputs['outcome']).toBe('absent');
    expect(strict.errors[0]).toContain('if-missing is fail');
  });

  test('a dry run deletes nothing', async () => {
    const target = worker();
    const run = await remove({ 'config-json': '{}', 'dry-run': 'true' });
    expect(run.outputs).toEqual({
      outcome: 'would-delete',
      'ids-json': JSON.stringify([target.id]),
      count: '1',
    });
    expect(left()).toEqual([target.id]);
  });

  test('a lost answer is success when the process is gone', async () => {
    worker();
    emulator.faults.add({ kind: 'reset-after', on: 'DELETE', times: Number.POSITIVE_INFINITY });
    const run = await remove({ 'config-json': '{}', 'request-timeout': '5' });
    expect(run.errors).toEqual([]);
    expect(run.outputs['outcome']).toBe('deleted');
  });
});

describe('delete takes more than one only when told so', () => {
  test('more than one match is an error that lists them', async () => {
    const twins = [custom('php artisan x'), custom('php artisan x')];
    const run = await remove({ command: 'php artisan x' });
    expect(run.exitCode).toBe(1);
    for (const { id } of twins) expect(run.errors[0]).toContain(id);
    expect(run.errors[0]).toContain('all: true');
    expect(left()).toHaveLength(2);
  });

  test('all: true deletes every match', async () => {
    const twins = [custom('php artisan x'), custom('php artisan x')];
    const other = custom('php artisan y');
    const run = await remove({ command: 'php artisan x', all: 'true' });
    expect(run.outputs).toEqual({
      outcome: 'deleted',
      'ids-json': JSON.stringify(twins.map(({ id }) => id)),
      count: '2',
    });
    expect(left()).toEqual([other.id]);
  });

  test('all: true with a type alone takes no other queue', async () => {
    worker();
    worker({ connection: 'redis' });
    const other = worker({ queue: 'high' });
    expect((await remove({ type: 'worker', all: 'true' })).outputs['count']).toBe('2');
    expect(left()).toEqual([other.id]);
  });

  test('one that cannot be deleted does not save the rest, and the report is true', async () => {
    const [first, second, third] = [1, 2, 3].map(() => custom('php artisan x'));
    const message = 'Locked.';
    emulator.faults.add({ kind: 'status', status: 422, body: { message }, on: `DELETE ${second?.id}` });
    const run = await remove({ command: 'php artisan x', all: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain('1 of 3 could not be deleted');
    expect(run.errors[0]).toContain(`${second?.id}: `);
    expect(run.errors[0]).toContain('Locked.');
    expect(run.outputs).toEqual({
      outcome: 'deleted',
      'ids-json': JSON.stringify([first?.id, third?.id]),
      count: '2',
    });
  });
});

describe('delete wants to be told what is meant', () => {
  test.each([
    [{}, 'process-id: is needed, or command for a custom process, or queue (and connection) for a worker'],
    [{ all: 'true' }, 'process-id: is needed'],
    [{ type: 'custom' }, 'command: is needed for type: custom'],
    [{ type: 'worker', command: 'php artisan x' }, 'command: is for type: custom'],
    [{ type: 'custom', 'config-json': '{}' }, 'config-json: is for type: worker'],
    [{ command: 'php artisan x', 'config-json': '{}' }, 'command: is for type: custom'],
    [{ command: 'php artisan x', queue: 'high' }, 'command: is for type: custom'],
    [
      { 'process-id': 'process-1', connection: 'redis' },
      'connection: has no effect together with process-id',
    ],
    [{ 'process-id': 'process-1', command: 'x' }, 'command: has no effect together with process-id'],
    [{ 'process-id': 'process-1', all: 'true' }, 'all: cannot be true together with process-id'],
    [{ 'process-id': 'inst-1' }, 'process-id: must be an id such as process-'],
    [{ 'config-json': '{"que": 1}' }, 'config-json: que: is not an option of a worker'],
  ])('%j is refused before any request', async (inputs: Record<string, string>, problem) => {
    worker();
    const run = await remove(inputs);
    expect(run.errors[0]).toContain(problem);
    expect(emulator.requests).toEqual([]);
  });
});
