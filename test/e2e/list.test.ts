import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withEntry, withRelationships } from '../emulator/edits.ts';
import type { Emulator } from '../emulator/server.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop, type StepOptions } from './harness/shop.ts';

let emulator: Emulator;
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
  ({ emulator } = shop);
});

afterEach(() => emulator.close());

const list = (inputs: Record<string, string> = {}, options: StepOptions = {}): Promise<StepRun> =>
  shop.run({ instance: shop.instance.id, ...inputs }, { action: 'list', ...options });

describe('list shows a whole application', () => {
  test('as a manifest of all environments, which apply finds as declared, also with prune', async () => {
    for (const name of ['staging', 'qa']) {
      const { instance } = shop.addEnvironment(name);
      shop.cloud.addProcess(instance, { type: 'worker', config: { queue: 'high', tries: 3 } });
    }
    shop.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 5,
      config: { queue: 'high', tries: 3 },
    });
    const { id } = shop.environment;
    const edit = withRelationships({ environment: { data: { type: 'environments', id } } });
    shop.faults.add({ kind: 'edit', on: `GET ${id}/instances`, edit });
    const run = await list({ instance: '', application: 'shop' });
    expect(run.errors).toEqual([]);
    expect(emulator.requests).toHaveLength(5);
    expect(run.outputs).toMatchObject({ count: '3', 'environment-id': '' });
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toMatchObject([
      { environment: 'production', environment_id: shop.environment.id, instance: 'App' },
      { environment: 'staging' },
      { environment: 'qa' },
    ]);
    expect(run.summary).toContain('3 background processes on 3 environments of <code>shop</code>');
    const manifest = run.outputs['manifest-yaml'] ?? '';
    expect(manifest).toMatch(/^environments:[\s\S]*^ {2}staging:/m);
    const plan = await shop.apply(manifest, { prune: 'true', 'dry-run': 'true' });
    expect(plan.errors).toEqual([]);
    expect(plan.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '3', undeclared: '0' });
  });

  test('with one warning of all environments that sleep', async () => {
    shop.environment.status = 'hibernating';
    const run = await list({ instance: '', application: 'shop' });
    expect(run.warnings.join()).toContain('while it hibernates or is stopped: production (hibernating).');
    expect(run.summary).toContain('on 1 environment of <code>shop</code>');
  });

  test('status-window needs to know which environment’s log to read', async () => {
    const run = await list({ instance: '', application: 'shop', 'status-window': '60' });
    expect(run.errors[0]).toContain('status-window: needs environment or instance');
  });
});

describe('list shows a whole environment', () => {
  const environment = { instance: '', environment: 'production' };
  let workers: ReturnType<Emulator['cloud']['addInstance']>;
  beforeEach(() => {
    workers = shop.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
  });

  test('what is there as a manifest, which apply finds as declared, also with prune', async () => {
    shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 2, config: { queue: 'high, low' } });
    for (const command of [
      'php artisan x # "y": \'z\'',
      'yes',
      '007',
      'größe → 🚀   ',
      `x${' y'.repeat(240)}`,
    ])
      shop.cloud.addProcess(workers, { type: 'custom', command });
    const queue = shop.cloud.addInstance(shop.environment, { name: 'emails', type: 'managed_queue' });
    shop.cloud.addProcess(queue, { type: 'worker' });
    const exported = await list(environment);
    const manifest = exported.outputs['manifest-yaml'] ?? '';
    expect(manifest.split('\n').slice(0, 2)).toEqual([
      '# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/laravel-background-process/v1/schema/background-processes.schema.json',
      '# Left out: "emails", a managed queue, whose worker belongs to Laravel Cloud.',
    ]);
    const run = await shop.apply(manifest, { environment: 'production', prune: 'true', 'dry-run': 'true' });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({
      outcome: 'unchanged',
      unchanged: '6',
      deleted: '0',
      undeclared: '0',
    });
  });

  test('the schema is that of the version that runs', async () => {
    const env = { GITHUB_ACTION_REPOSITORY: 'acme/fork', GITHUB_ACTION_REF: 'v2.1' };
    const run = await list(environment, { env });
    expect(run.outputs['manifest-yaml']).toContain(
      '$schema=https://raw.githubusercontent.com/acme/fork/v2.1/schema/background-processes.schema.json',
    );
  });

  test('a process that is not understood is listed with a warning, and does not hide the others', async () => {
    const known = shop.cloud.addProcess(workers, { type: 'worker' });
    const attributes = { type: 'custom', processes: 'some' };
    const edit = withEntry({ id: 'process-odd', type: 'background_processes', attributes });
    shop.faults.add({ kind: 'edit', on: `GET .*${workers.id}/background-processes`, edit });
    const run = await list({ instance: workers.id });
    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify(['process-odd', known.id]));
    expect(run.warnings[0]).toContain('process-odd (its command is not known)');
    expect(run.outputs['manifest-yaml']).toContain('process-odd');
  });
});
