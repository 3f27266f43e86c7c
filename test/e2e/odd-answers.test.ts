import { describe, expect, test } from 'vitest';
import {
  dataInList,
  gzipped,
  processesWith,
  processesWithout,
  withAttributes,
  withEntry,
  withIncluded,
  withLinks,
  withMeta,
  withRelationships,
} from '../emulator/edits.ts';
import type { Fault } from '../emulator/faults.ts';
import { configInList, formWith } from '../emulator/process-forms.ts';
import { connectionUntold, queuesSorted, quotesDropped, withSuffix } from '../emulator/stored-forms.ts';
import { openShop, type Shop } from './harness/shop.ts';

const custom = { type: 'custom', command: 'php artisan horizon' };
const worker = { 'config-json': '{"connection":"redis","queue":"high,default"}' };
const POST = 'POST .*background-processes$';
const odd = Number.POSITIVE_INFINITY;

/** Values of an attribute that nothing depends on. */
const attributes: [title: string, attributes: Record<string, unknown>][] = [
  ['config ["<unknown>"]', { config: ['<unknown>'] }],
  ['config [null]', { config: [null] }],
  ['config [[]]', { config: [[]] }],
  ['config ""', { config: '' }],
  ['config {}', { config: {} }],
  ['config of two objects', { config: [{ queue: 'a' }, { queue: 'b' }] }],
  ['created_at a number', { created_at: 1_700_000_000 }],
  ['a strategy that nobody knows', { strategy_type: 'moon_phase', strategy_threshold: 'full' }],
  ['a strategy of another kind', { strategy_type: 7, strategy_threshold: {} }],
  ['processes null', { processes: null }],
  ['processes a word', { processes: 'several' }],
];

describe.concurrent('a create that is answered oddly has made what it names', () => {
  test.each(attributes)('%s', async (_, given) => {
    for (const inputs of [custom, worker]) {
      await using shop = await openShop();
      shop.emulator.faults.add({ kind: 'edit', on: POST, edit: withAttributes(given) });
      const step = await shop.run(inputs);

      expect(step.errors).toEqual([]);
      expect(step.outputs['outcome']).toBe('created');
      expect(shop.ids()).toEqual([step.outputs['process-id']]);
      expect(shop.requests().length).toBeLessThanOrEqual(4);
    }
  });

  test.each<[string, Fault]>([
    ['a list of one', { kind: 'edit', on: POST, edit: dataInList() }],
    ['packed', { kind: 'edit', on: POST, edit: gzipped() }],
    ['nothing at all', { kind: 'empty', on: POST, acts: true }],
    ['an empty object', { kind: 'body', on: POST, body: '{}', status: 201, acts: true }],
  ])('%s', async (_, fault) => {
    await using shop = await openShop();
    shop.emulator.faults.add(fault);
    const step = await shop.run(custom);

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(shop.ids()).toEqual([step.outputs['process-id']]);
    expect(shop.count('POST')).toBe(1);
  });

  test('an id that is a number', async () => {
    await using shop = await openShop({ processIds: 'numbers' });
    const step = await shop.run(custom);

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'created', 'process-id': '4711' });
    expect((await shop.run(custom)).outputs['outcome']).toBe('unchanged');
  });
});

describe.concurrent('what nobody needs neither fails a step nor hides a process', () => {
  /** A process that is there as declared, and an environment to look it up in. */
  const open = async (): Promise<Shop> => {
    const shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command: custom.command });
    return shop;
  };
  const inEnvironment = { ...custom, environment: 'production' };

  test.each(attributes)('%s', async (_, given) => {
    await using shop = await open();
    shop.emulator.cloud.options.processForm = formWith(given);

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
    ['`included` an object', { kind: 'edit', on: 'GET .*instances', times: odd, edit: withIncluded({}) }],
    ['packed answers', { kind: 'edit', on: 'GET', times: odd, edit: gzipped() }],
    [
      'replicas that are a word',
      { kind: 'edit', on: 'GET .*instances', times: odd, edit: withAttributes({ max_replicas: 'auto' }) },
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
    shop.emulator.faults.add(fault);
    const proven = { redeploy: 'true', 'verify-command': 'php artisan queue:canary', 'show-logs': 'true' };
    const step = await shop.run({ ...inEnvironment, processes: '2', ...proven });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'updated', verified: 'true' });
    expect(shop.emulator.cloud.listProcesses(shop.instance)).toMatchObject([{ processes: 2 }]);
  });

  test('the options of a worker as the only entry of a list are its options', async () => {
    await using shop = await openShop({ processForm: configInList });
    expect((await shop.run(worker)).outputs['outcome']).toBe('created');
    expect((await shop.run(worker)).outputs['outcome']).toBe('unchanged');
  });

  test('a total that is text, or more than there is', async () => {
    await using shop = await open();
    shop.emulator.faults.add({ kind: 'edit', on: 'GET', times: odd, edit: withMeta({ total: '1' }) });
    expect((await shop.run(custom)).outputs['outcome']).toBe('unchanged');

    shop.emulator.faults.add({ kind: 'edit', on: 'GET', times: odd, edit: withMeta({ total: '9' }) });
    expect((await shop.run(custom)).errors[0]).toContain('it held 1 items and said that there were 9');
  });

  test('an update that is answered with 204 is read back', async () => {
    await using shop = await open();
    shop.emulator.faults.add({ kind: 'empty', on: 'PATCH', status: 204, acts: true });
    const step = await shop.run({ ...custom, processes: '2' });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('updated');
    expect(shop.count('PATCH')).toBe(1);
  });
});

describe.concurrent('an identity that cannot be read is doubt, and nothing is made beside it', () => {
  test.each([
    ['a custom process that is listed without its command', custom, processesWith({ command: null })],
    ['a custom process that is listed with no command at all', custom, processesWithout('command')],
    ['a worker that is listed with another kind of config', worker, processesWith({ config: ['<unknown>'] })],
    ['a worker that is listed without its config', worker, processesWithout('config')],
  ])('%s', async (_, inputs, edit) => {
    await using shop = await openShop();
    await shop.run(inputs);
    const [id = ''] = shop.ids();
    shop.emulator.faults.add({ kind: 'edit', on: 'GET', times: odd, edit });
    const step = await shop.run(inputs);

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(id);
    expect(shop.ids()).toEqual([id]);
  });
});

describe.concurrent('what the server keeps in another form ends at once, with nothing left behind', () => {
  test.each([
    ['a suffix on the command', withSuffix(' --quiet'), custom],
    ['quotes dropped', quotesDropped, { type: 'custom', command: 'php artisan x --name="a b"' }],
    ['a queue list in another order', queuesSorted, worker],
    ['a connection that is not told', connectionUntold, worker],
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
    await using shop = await openShop({ storedForm: withSuffix(' --quiet') });
    const step = await shop.run({ ...custom, 'if-exists': 'create' });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(step.warnings.join()).toContain('--quiet');
    expect(shop.ids()).toHaveLength(1);
  });
});

test.concurrent('a resource of another type among the clusters is none', async () => {
  await using shop = await openShop();
  shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
  shop.emulator.faults.add({
    kind: 'edit',
    on: 'GET .*/instances$',
    times: odd,
    edit: withEntry({ id: 'zz-1', type: 'unknown_things' }),
  });
  const step = await shop.run({ environment: 'main' }, { action: 'list' });

  expect([step.errors, step.outputs['count']]).toEqual([[], '1']);
});

test.concurrent('a process that does not tell its cluster cannot be deployed without an environment', async () => {
  await using shop = await openShop();
  const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
  const edit = withRelationships({ instance: {} });
  shop.emulator.faults.add({ kind: 'edit', on: 'GET /background-processes', times: odd, edit });
  const step = await shop.run({ 'process-id': id, redeploy: 'true', environment: '' });
  expect(step.errors[0]).toContain('does not report which one the process belongs to. Set environment');
});
