import { describe, expect, test } from 'vitest';
import {
  editIncluded,
  editList,
  gzipped,
  processesWith,
  type StoredForm,
  withAttributes,
  withCommand,
  withConfig,
  withEntry,
  withLinks,
  withRelationships,
} from '../emulator/edits.ts';
import type { Fault } from '../emulator/faults.ts';
import { openShop, type Shop } from './harness/shop.ts';

const custom = { type: 'custom', command: 'php artisan horizon' };
const worker = { 'config-json': '{"connection":"redis","queue":"high,default"}' };
const quiet: StoredForm = withCommand((text) => `${text} --quiet`);
const POST = 'POST .*background-processes$';
const odd = Number.POSITIVE_INFINITY;

/** Values of an attribute that nothing depends on. */
const attributes: [title: string, attributes: Record<string, unknown>][] = [
  ['config ["<unknown>"]', { config: ['<unknown>'] }],
  ['config [null]', { config: [null] }],
  ['config {}', { config: {} }],
  ['config of two objects', { config: [{ queue: 'a' }, { queue: 'b' }] }],
  ['created_at a number', { created_at: 1_700_000_000 }],
  ['a strategy that nobody knows', { strategy_type: 'moon_phase', strategy_threshold: 'full' }],
  ['processes a word', { processes: 'several' }],
];

describe.concurrent('a create that is answered oddly has made what it names', () => {
  test.each(attributes)('%s', async (_, given) => {
    for (const inputs of [custom, worker]) {
      await using shop = await openShop();
      shop.faults.add({ kind: 'edit', on: POST, edit: withAttributes(given) });
      const step = await shop.run(inputs);

      expect(step.errors).toEqual([]);
      expect(step.outputs['outcome']).toBe('created');
      expect(shop.ids()).toEqual([step.outputs['process-id']]);
      expect(shop.requests().length).toBeLessThanOrEqual(4);
    }
  });

  test.each<[string, Fault]>([
    ['a list of one', { kind: 'edit', on: POST, edit: editList((data) => data) }],
    ['packed', { kind: 'edit', on: POST, edit: gzipped() }],
    ['nothing at all', { kind: 'empty', on: POST, acts: true }],
    ['an empty object', { kind: 'body', on: POST, body: '{}', status: 201, acts: true }],
  ])('%s', async (_, fault) => {
    await using shop = await openShop();
    shop.faults.add(fault);
    const step = await shop.run(custom);

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(shop.ids()).toEqual([step.outputs['process-id']]);
    expect(shop.count('POST')).toBe(1);
  });
});

test.concurrent.each([
  { id: 'process-1' },
  { id: 'process-1', attributes: { type: 'worker', config: ['<unknown>'] } },
])('a created process is called as it was declared, where the response is %j', async (data) => {
  await using shop = await openShop();
  shop.faults.add({ kind: 'body', on: POST, body: JSON.stringify({ data }), status: 201 });
  const step = await shop.run({ ...worker, 'if-exists': 'create' });

  expect(step.summary).toContain('worker <code>high,default</code> (<code>redis</code>)');
  expect(step.summary).not.toContain('<table></table>');
});

describe.concurrent('what nobody needs neither fails a step nor hides a process', () => {
  /** A process that is there as declared, and an environment to look it up in. */
  const open = async (): Promise<Shop> => {
    const shop = await openShop();
    shop.cloud.addProcess(shop.instance, { type: 'custom', command: custom.command });
    return shop;
  };
  const inEnvironment = { ...custom, environment: 'production' };

  test.each(attributes)('%s', async (_, given) => {
    await using shop = await open();
    shop.faults.add({ kind: 'edit', times: odd, edit: processesWith(given) });

    for (const inputs of [custom, inEnvironment]) {
      const step = await shop.run(inputs);
      expect(step.errors).toEqual([]);
      expect(step.outputs['outcome']).toBe('unchanged');
    }
    const list = await shop.run({ environment: 'production' }, { action: 'list' });
    expect(list.errors).toEqual([]);
    expect(list.outputs['ids-json']).toBe(JSON.stringify(shop.ids()));
  });

  test.each<[string, Fault]>([
    ['`links.next` empty', { kind: 'edit', on: 'GET', times: odd, edit: withLinks({ next: '' }) }],
    [
      '`included` an object',
      { kind: 'edit', on: 'GET .*instances', times: odd, edit: editIncluded(() => ({})) },
    ],
    ['packed answers', { kind: 'edit', on: 'GET', times: odd, edit: gzipped() }],
    [
      'replicas that are a word',
      { kind: 'edit', on: 'GET .*instances', times: odd, edit: withAttributes({ max_replicas: 'auto' }) },
    ],
    [
      'an application without a name',
      { kind: 'edit', on: 'GET /applications$', times: odd, edit: withAttributes({ name: null }) },
    ],
    [
      'an odd deployment',
      { kind: 'edit', on: 'GET .*deployments$', times: odd, edit: withEntry({ id: 7, attributes: null }) },
    ],
    [
      'an odd command',
      { kind: 'edit', on: 'GET .*commands$', times: odd, edit: withEntry({ id: 7, attributes: null }) },
    ],
    ['no command at all', { kind: 'edit', on: 'GET .*commands$', times: odd, edit: withEntry(null) }],
    [
      'a command with odd fields',
      {
        ...{ kind: 'edit', on: '/commands', times: odd },
        edit: withAttributes({ command: null, output: {}, exit_code: 'none', failure_reason: 7 }),
      },
    ],
  ])('%s', async (_, fault) => {
    await using shop = await open();
    shop.faults.add(fault);
    const proven = { redeploy: 'true', 'verify-command': 'php artisan queue:canary', 'show-logs': 'true' };
    const step = await shop.run({ ...inEnvironment, processes: '2', ...proven });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'updated', verified: 'true' });
    expect(shop.cloud.listProcesses(shop.instance)).toMatchObject([{ processes: 2 }]);
  });

  test('a process that is said to be on another cluster than the one it is listed on', async () => {
    await using shop = await open();
    const edit = withRelationships({ instance: { data: { type: 'instances', id: 'inst-another' } } });
    shop.emulator.faults.add({ kind: 'edit', on: 'GET .*background-processes$', times: odd, edit });
    const proven = { redeploy: 'true', 'verify-command': 'php artisan queue:canary' };
    const step = await shop.run({ ...custom, ...proven });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', verified: 'true' });
    expect(step.outputs['instance-id']).toBe(shop.instance.id);
    const list = await shop.run({}, { action: 'list' });
    expect(JSON.parse(list.outputs['processes-json'] ?? '')).toMatchObject([
      { instance_id: shop.instance.id, instance: 'App' },
    ]);
  });
});

describe.concurrent('an identity that cannot be read is doubt, and nothing is made beside it', () => {
  test.each([
    ['a custom process that is listed without its command', custom, processesWith({ command: null })],
    ['a worker that is listed with another kind of config', worker, processesWith({ config: ['<unknown>'] })],
  ])('%s', async (_, inputs, edit) => {
    await using shop = await openShop();
    await shop.run(inputs);
    const [id = ''] = shop.ids();
    shop.faults.add({ kind: 'edit', on: 'GET', times: odd, edit });
    const step = await shop.run(inputs);

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(id);
    expect(shop.ids()).toEqual([id]);
  });
});

describe.concurrent('what the server keeps in another form ends at once, with nothing left behind', () => {
  test.each([
    ['a suffix on the command', quiet, custom],
    ['a connection that is not told', withConfig(() => ({ connection: null })), worker],
  ])('%s', async (_, storedForm, inputs) => {
    await using shop = await openShop({ storedForm });
    const step = await shop.run(inputs);

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toMatch(/keeps it as/);
    expect(step.outputs['process-id']).toBe('');
    expect(shop.ids()).toEqual([]);
    expect(shop.requests().length).toBeLessThanOrEqual(6);
  });

  test('unless one is asked for in any case: then there is a warning', async () => {
    await using shop = await openShop({ storedForm: quiet });
    const step = await shop.run({ ...custom, 'if-exists': 'create' });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(step.warnings.join()).toContain('--quiet');
    expect(shop.ids()).toHaveLength(1);
  });
});

test.concurrent('a process that does not tell its cluster cannot be deployed without an environment', async () => {
  await using shop = await openShop();
  const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker' });
  const edit = withRelationships({ instance: {} });
  shop.faults.add({ kind: 'edit', on: 'GET /background-processes', times: odd, edit });
  const step = await shop.run({ 'process-id': id, redeploy: 'true', environment: '' });
  expect(step.errors[0]).toContain('does not report which one the process belongs to. Set environment');
  expect(step.summary).toContain('<h3>❌ The environment is not known</h3>');
});

test.concurrent('wait-for-commit is not skipped where a cluster does not tell its environment', async () => {
  await using shop = await openShop();
  const edit = withRelationships({ environment: {} });
  shop.faults.add({ kind: 'edit', on: 'GET /instances/[^/]+$', times: odd, edit });
  const step = await shop.run({ 'wait-for-commit': 'fedcba9', environment: '', instance: shop.instance.id });
  expect(step.errors[0]).toContain(`does not report which one the cluster ${shop.instance.id} belongs to`);
  expect(shop.writes()).toEqual([]);
});
