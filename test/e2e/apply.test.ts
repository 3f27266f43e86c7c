import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../emulator/server.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop, type StepOptions } from './harness/shop.ts';

const manifest = `
instances:
  App:
    - type: worker
      processes: 2
      config: { connection: redis, queue: "high, default", tries: 3 }
    - type: custom
      processes: 1
      command: php artisan reverb:start
  workers:
    - type: worker
`;

let emulator: Emulator;
let shop: Shop;
let workers: { id: string };

beforeEach(async () => {
  shop = await openShop();
  ({ emulator } = shop);
  workers = emulator.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
});

afterEach(() => emulator.close());

const apply = (
  inputs: Record<string, string> = {},
  { text = manifest, ...options }: StepOptions & { text?: string } = {},
): Promise<StepRun> => shop.apply(text, { environment: shop.environment.id, ...inputs }, options);

/** Where each error is annotated; undefined where it belongs to no file. */
function places({ commands }: StepRun): (string | undefined)[] {
  const errors = commands.filter(({ command }) => command === 'error').map(({ properties }) => properties);
  return errors.map(({ file: at, line, col }) => at && `${at}:${line}:${col}`);
}

describe('apply makes an environment run what the manifest declares', () => {
  test('instances are found by id, too, and the environment by its branch in the workflow’s repository', async () => {
    const run = await apply(
      { environment: 'main' },
      { text: `instances: { ${workers.id}: [{ type: worker }] }` },
    );
    expect(run.errors).toEqual([]);
    expect(emulator.cloud.listProcesses(workers)).toHaveLength(1);
  });

  test('prune deletes exactly what is not declared, only on instances that the manifest names, and last', async () => {
    const unnamed = emulator.cloud.addInstance(shop.environment, { name: 'other', type: 'service' });
    const stays = emulator.cloud.addProcess(unnamed, { type: 'worker' });
    const goes = emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'old' } });
    const declared = emulator.cloud.addProcess(workers, { type: 'worker' });
    const run = await apply({ prune: 'true' });
    expect(run.outputs).toMatchObject({ created: '2', deleted: '1', unchanged: '1' });
    expect(shop.writes().at(-1)).toBe(`DELETE /background-processes/${goes.id}`);
    expect(shop.writes().filter((request) => request.startsWith('DELETE'))).toHaveLength(1);
    expect(emulator.cloud.listProcesses(unnamed)).toEqual([stays]);
    expect(emulator.cloud.listProcesses(workers).map(({ id }) => id)).toEqual([declared.id]);
  });

  test('a plan that deletes more than max-deletes is refused before anything is written, and names what it deletes', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const queue of names)
      emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue } });
    const plan = await apply({ prune: 'true', 'dry-run': 'true' });
    expect(plan.exitCode).toBe(0);
    expect(plan.warnings.join('\n')).toContain('6 to delete, and max-deletes allows 5');
    expect(plan.summary).toContain('⚠️ 6 to delete, and <code>max-deletes</code> allows 5');

    const run = await apply({ prune: 'true' });
    expect(run.exitCode).toBe(1);
    expect(shop.writes()).toEqual([]);
    const [error = ''] = run.errors;
    expect(error).toContain('6 to delete, and max-deletes allows 5');
    for (const queue of names) expect(error).toContain(`- delete worker ${queue} on App,`);
    expect(error).toMatch(/Nothing was changed.*set max-deletes: 6/);

    const allowed = await apply({ prune: 'true', 'max-deletes': '6' });
    expect(allowed.errors).toEqual([]);
    expect(allowed.outputs).toMatchObject({ deleted: '6', created: '3' });
  });

  test('a worker that takes any connection and one that names the server’s default stay two', async () => {
    emulator.cloud.options.fillDefaults = true;
    const text = 'instances: { App: [{ type: worker }, { type: worker, config: { connection: database } }] }';
    expect((await apply({}, { text })).outputs).toMatchObject({ created: '2' });
    expect((await apply({ prune: 'true' }, { text })).outputs).toMatchObject({
      outcome: 'unchanged',
      unchanged: '2',
    });
    expect(emulator.cloud.listProcesses(shop.instance)).toHaveLength(2);
  });

  test('waits until every instance that the manifest names is there', async () => {
    emulator.cloud.addInstance(shop.environment, { name: 'late', type: 'service', appearsAfter: 1 });
    const text = 'instances: { App: [{ type: worker }], late: [{ type: worker }] }';
    const run = await apply({ 'wait-for-environment': '60' }, { text });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ created: '2' });
  });
});

describe('apply reports truthfully what it could not do', () => {
  test('a mistake is annotated where its repository has the file, when that is in a folder of the workspace', async () => {
    const run = await apply(
      { manifest: 'shop/deploy/processes.yml' },
      { files: { 'shop/deploy/processes.yml': 'instances: 1', 'shop/.git/HEAD': 'ref: refs/heads/main' } },
    );
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]).toMatch(/^shop\/deploy\/processes\.yml:1:12: instances: must name at least one/);
    expect(places(run)).toEqual(['deploy/processes.yml:1:12']);
  });

  test('a file that is not a manifest is not quoted', async () => {
    const run = await apply({}, { text: 'APP_KEY=base64:c2VjcmV0\nDB_PASSWORD="hunter2 hunter2"\n' });
    expect(run.errors).toEqual([expect.stringContaining('this is not a manifest')]);
    expect(run.stdout + run.summary).not.toMatch(/hunter2|APP_KEY/);
  });
});
