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

afterEach(() => emulator.close());

async function list(inputs: Record<string, string> = {}): Promise<StepRun> {
  const run = await runAction({
    action: 'list',
    time: emulator.time,
    inputs: { token: emulator.token, 'api-url': emulator.url, instance: shop.instance.id, ...inputs },
  });
  expectNoToken(run, emulator.token);
  return run;
}

describe('list shows an instance’s background processes', () => {
  test('each with what a matrix needs, options that are unset left out', async () => {
    const worker = emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 2,
      config: { connection: 'redis', queue: 'high' },
      strategy_type: 'queue_size',
      strategy_threshold: 5,
    });
    const custom = emulator.cloud.addProcess(shop.instance, {
      type: 'custom',
      command: 'php artisan reverb:start',
    });
    const run = await list();
    expect(run.errors).toEqual([]);
    expect(run.outputs).toEqual({
      'processes-json': expect.any(String),
      'ids-json': JSON.stringify([worker.id, custom.id]),
      count: '2',
      'instance-id': shop.instance.id,
      'environment-id': '',
      'manifest-yaml': expect.stringContaining('queue: high'),
    });
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toEqual([
      {
        id: worker.id,
        type: 'worker',
        processes: 2,
        command: 'php artisan queue:work redis --queue=high --quiet',
        config: { connection: 'redis', queue: 'high' },
        strategy: 'queue_size',
        strategy_threshold: 5,
        created_at: worker.createdAt,
        instance_id: shop.instance.id,
        instance: 'App',
      },
      {
        id: custom.id,
        type: 'custom',
        processes: 1,
        command: 'php artisan reverb:start',
        config: {},
        strategy: 'none',
        strategy_threshold: null,
        created_at: custom.createdAt,
        instance_id: shop.instance.id,
        instance: 'App',
      },
    ]);
    expect(run.summary).toContain(worker.id);
    // Three processes on two to four replicas.
    expect(run.summary).toContain('6–12');
    expect(emulator.requests).toHaveLength(1);
  });

  test('type leaves only those of one type', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const custom = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'php artisan x' });
    expect((await list({ type: 'custom' })).outputs['ids-json']).toBe(JSON.stringify([custom.id]));
    const wrong = await list({ type: 'daemon' });
    expect(wrong.errors[0]).toContain('type: must be worker or custom');
  });

  test('none is an empty list', async () => {
    const run = await list({ instance: '', environment: 'production' });
    expect(run.outputs).toEqual({
      'processes-json': '[]',
      'ids-json': '[]',
      count: '0',
      'instance-id': shop.instance.id,
      'environment-id': shop.environment.id,
      'manifest-yaml': expect.stringContaining('  App: []'),
    });
  });

  test('all pages are read', async () => {
    emulator.cloud.options.perPage = 2;
    for (let index = 0; index < 5; index++)
      emulator.cloud.addProcess(shop.instance, { type: 'custom', command: `php artisan ${index}` });
    expect((await list()).outputs['count']).toBe('5');
    expect(emulator.requests).toHaveLength(3);
  });
});

describe('list shows a whole environment', () => {
  const environment = { instance: '', environment: 'production' };
  const manifestFile = '.github/background-processes.yml';
  let workers: ReturnType<Emulator['cloud']['addInstance']>;
  beforeEach(() => {
    workers = emulator.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
  });
  const apply = async (manifest: string): Promise<StepRun> =>
    await runAction({
      action: 'apply',
      time: emulator.time,
      inputs: {
        token: emulator.token,
        'api-url': emulator.url,
        environment: 'production',
        prune: 'true',
        'dry-run': 'true',
      },
      files: { [manifestFile]: manifest },
    });

  test('every instance of it, each process with the name of its own', async () => {
    const web = emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const other = emulator.cloud.addProcess(workers, { type: 'custom', command: 'php artisan x' });
    const run = await list(environment);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({
      'ids-json': JSON.stringify([web.id, other.id]),
      count: '2',
      'instance-id': '',
      'environment-id': shop.environment.id,
    });
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toMatchObject([
      { id: web.id, instance: 'App', instance_id: shop.instance.id },
      { id: other.id, instance: 'workers', instance_id: workers.id },
    ]);
    expect(run.summary).toContain('2 background processes on 2 instances of');
  });

  test('what is there as a manifest, which apply finds as declared, also with prune', async () => {
    emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 2,
      config: { queue: 'high, low' },
    });
    for (const command of [
      'php artisan x # "y": \'z\'',
      'yes',
      '007',
      'größe → 🚀   ',
      `x${' y'.repeat(240)}`,
    ])
      emulator.cloud.addProcess(workers, { type: 'custom', command });
    const queue = emulator.cloud.addInstance(shop.environment, { name: 'emails', type: 'managed_queue' });
    emulator.cloud.addProcess(queue, { type: 'worker' });
    const exported = await list(environment);
    const manifest = exported.outputs['manifest-yaml'] ?? '';
    expect(manifest.split('\n').slice(0, 2)).toEqual([
      '# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/laravel-background-process/v1/schema/background-processes.schema.json',
      '# Left out: "emails", a managed queue, whose worker belongs to Laravel Cloud.',
    ]);
    const run = await apply(manifest);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({
      outcome: 'unchanged',
      unchanged: '6',
      deleted: '0',
      undeclared: '0',
    });
  });

  test('the summary has it to copy, and nothing in it breaks out', async () => {
    emulator.cloud.addProcess(workers, { type: 'custom', command: '</pre></details><img src=x> ``` @acme' });
    const { summary } = await list(environment);
    expect(summary).toContain('As a manifest, to copy into <code>.github/background-processes.yml</code>');
    expect(summary).toContain('&#10;instances:&#10;  App: &#91;&#93;&#10;  workers:&#10;');
    expect(summary).not.toContain('<img');
    expect(summary.match(/<\/pre>/g)).toHaveLength(2);
  });

  test('the schema is that of the version that runs', async () => {
    const run = await runAction({
      action: 'list',
      time: emulator.time,
      env: { GITHUB_ACTION_REPOSITORY: 'acme/fork', GITHUB_ACTION_REF: 'v2.1' },
      inputs: { token: emulator.token, 'api-url': emulator.url, environment: 'production' },
    });
    expect(run.outputs['manifest-yaml']).toContain(
      '$schema=https://raw.githubusercontent.com/acme/fork/v2.1/schema/background-processes.schema.json',
    );
  });

  test('a manifest of one type says what it leaves out', async () => {
    emulator.cloud.addProcess(workers, { type: 'custom', command: 'php artisan x' });
    const run = await list({ ...environment, type: 'worker' });
    expect(run.outputs['manifest-yaml']).toContain(
      '# Only processes of type worker: with prune, the others would go.',
    );
    expect(run.outputs['manifest-yaml']).not.toContain('php artisan x');
  });

  test('an environment without instances is an error that waiting can cure', async () => {
    const empty = emulator.cloud.addEnvironment(shop.application, { name: 'empty', branch: 'empty' });
    const run = await list({ instance: '', environment: empty.id });
    expect(run.errors[0]).toContain('it has no instances');
  });

  test('a process that is not understood is left out with a warning, and does not hide the others', async () => {
    const known = emulator.cloud.addProcess(workers, { type: 'worker' });
    emulator.faults.add({
      kind: 'body',
      body: JSON.stringify({
        data: [
          { id: known.id, type: 'background_processes', attributes: { type: 'worker', processes: 1 } },
          {
            id: 'process-odd',
            type: 'background_processes',
            attributes: { type: 'custom', processes: 'some' },
          },
        ],
        links: {},
        meta: { current_page: 1, last_page: 1, total: 2 },
      }),
      on: `GET .*${workers.id}/background-processes`,
    });
    const run = await list({ instance: workers.id });
    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify([known.id]));
    expect(run.warnings[0]).toContain('process-odd, which came back in a shape that is not understood');
    expect(run.outputs['manifest-yaml']).toContain('process-odd');
  });
});
