import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../emulator/server.ts';
import type { StepRun } from './harness/run-action.ts';
import { manifestFile, openShop, type Shop, type StepOptions } from './harness/shop.ts';

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

beforeEach(async () => {
  shop = await openShop();
  ({ emulator } = shop);
  shop.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
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
  test('a plan that deletes more than max-deletes is refused before anything is written, and names what it deletes', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const queue of names) shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue } });
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

  test('waits until every instance that the manifest names is there', async () => {
    shop.cloud.addInstance(shop.environment, { name: 'late', type: 'service', appearsAfter: 1 });
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

  test('a command that ends at once is pointed out in its line, and carried out all the same', async () => {
    const text = `instances:
  App:
    - type: custom
      command: php artisan migrate --force
    - type: custom
      command: php artisan schedule:work
`;
    const run = await apply({}, { text });
    expect(run.exitCode).toBe(0);
    const warnings = run.commands.filter(({ command }) => command === 'warning');
    expect(warnings.map(({ properties }) => [properties['file'], properties['line']])).toEqual([
      [manifestFile, '3'],
      [manifestFile, '5'],
    ]);
    expect(warnings[0]?.message).toContain('deploy commands');
    expect(warnings[1]?.message).toContain('would run up to 4 times at once');
  });

  test('a file that is not a manifest is not quoted', async () => {
    const run = await apply({}, { text: 'APP_KEY=base64:c2VjcmV0\nDB_PASSWORD="hunter2 hunter2"\n' });
    expect(run.errors).toEqual([expect.stringContaining('this is not a manifest')]);
    expect(run.stdout + run.summary).not.toMatch(/hunter2|APP_KEY/);
  });
});
