import { describe, expect, test } from 'vitest';
import { openOtherServer } from './harness/other-server.ts';
import { openShop, type Shop } from './harness/shop.ts';

const worker = (config: Record<string, unknown> = {}): Record<string, string> => ({
  'config-json': JSON.stringify(config),
});

const writes = ({ emulator }: Shop): string[] =>
  emulator.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);

describe.concurrent('the same step twice', () => {
  test.each<[string, Record<string, string>]>([
    [
      'a worker with options',
      { processes: '3', ...worker({ queue: 'high,default', tries: 3, force: true }) },
    ],
    ['a worker without options', {}],
    ['a custom process', { type: 'custom', command: 'php artisan reverb:start' }],
  ])('creates %s, then leaves it unchanged', async (_title, inputs) => {
    await using shop = await openShop();
    const first = await shop.run(inputs);
    const second = await shop.run(inputs);

    expect(first.outputs['outcome']).toBe('created');
    expect(second.outputs['outcome']).toBe('unchanged');
    expect(second.outputs['process-id']).toBe(first.outputs['process-id']);
    expect(second.outputs['changes-json']).toBe('{}');
    expect(writes(shop)).toEqual(['POST']);
    expect(first.notices[0]).toContain('takes effect with the environment’s next deploy');
    expect(second.notices).toEqual([]);
  });

  test.each([false, true])(
    'is unchanged when the server fills in defaults or tells numbers as text',
    async (fill) => {
      await using shop = await openShop({ fillDefaults: fill, numbersAsStrings: true });
      const inputs = { processes: '2', ...worker({ tries: 3, sleep: 3, force: false }) };
      const first = await shop.run(inputs);
      const second = await shop.run(inputs);

      expect([first.outputs['outcome'], second.outputs['outcome']]).toEqual(['created', 'unchanged']);
      expect(second.outputs['process-id']).toBe(first.outputs['process-id']);
      expect(second.outputs['processes']).toBe('2');
    },
  );
});

describe.concurrent('changed inputs', () => {
  test.each([false, true])(
    'update the process and keep the options they do not name (PATCH replaces: %s)',
    async (patchReplaces) => {
      await using shop = await openShop({ patchReplaces });
      const first = await shop.run({
        processes: '1',
        ...worker({ queue: 'mail', tries: 1, sleep: 5, force: true }),
      });
      const second = await shop.run({ processes: '2', ...worker({ queue: 'mail', tries: 3 }) });

      expect(second.exitCode).toBe(0);
      expect(second.outputs).toMatchObject({
        outcome: 'updated',
        'process-id': first.outputs['process-id'],
        processes: '2',
      });
      expect(JSON.parse(second.outputs['changes-json'] ?? '')).toEqual({
        processes: { from: 1, to: 2 },
        'config.tries': { from: 1, to: 3 },
      });
      expect(shop.emulator.cloud.processes).toMatchObject([
        { processes: 2, config: { queue: 'mail', tries: 3, sleep: 5, force: true } },
      ]);
      expect(writes(shop)).toEqual(['POST', 'PATCH']);
      expect(second.summary).toMatch(
        /^<h3>✅ Updated: worker on queue <code>mail<\/code> on <code>App<\/code>/,
      );
      expect(second.summary).toContain('tries <code>1</code> → <strong><code>3</code></strong>');
    },
  );

  test('keep the number of processes of one that exists when processes is left out', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 5,
      config: { queue: 'mail' },
    });
    const same = await shop.run(worker({ queue: 'mail' }));
    const changed = await shop.run(worker({ queue: 'mail', tries: 3 }));

    expect(same.outputs).toMatchObject({ outcome: 'unchanged', processes: '5' });
    expect(changed.outputs).toMatchObject({ outcome: 'updated', processes: '5' });
    expect(shop.emulator.cloud.processes).toMatchObject([{ processes: 5, config: { tries: 3 } }]);
    expect(shop.emulator.requests.find(({ method }) => method === 'PATCH')?.body).not.toHaveProperty(
      'processes',
    );
  });

  test('update a custom process, and send only what changes it', async () => {
    await using shop = await openShop();
    const command = 'php artisan pulse:check';
    shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command });
    const step = await shop.run({ type: 'custom', processes: '2', command: ` php  artisan pulse:check ` });

    expect(step.outputs['outcome']).toBe('updated');
    expect(shop.emulator.requests.find(({ method }) => method === 'PATCH')?.body).toEqual({ processes: 2 });
    expect(step.outputs['command']).toBe(command);
  });

  test('never send back what a request may not set', async () => {
    await using shop = await openShop();
    const stored = { queue: 'mail', name: 'w', 'max-jobs': 5, 'stop-when-empty': true, tries: 2 };
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: stored });
    const step = await shop.run({ processes: '2', ...worker({ queue: 'mail' }) });

    expect(step.outputs['outcome']).toBe('updated');
    expect(shop.emulator.requests.find(({ method }) => method === 'PATCH')?.body).toEqual({
      processes: 2,
      config: { queue: 'mail', tries: 2 },
    });
  });
});

describe.concurrent('what means the same', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a number as text', { tries: '3' }, { tries: 3 }],
    ['a switch as text', { force: 'true' }, { force: true }],
    ['a switch as a number', { force: 1 }, { force: true }],
    ['an option that is null and one that is not named', { tries: null }, {}],
    ['a queue list with spaces', { queue: 'high, default' }, { queue: 'high,default' }],
    ['no queue and the default one', {}, { queue: 'default' }],
    ['the default queue and none', { queue: 'default' }, {}],
    ['a connection that is not named', { connection: 'redis' }, {}],
  ])('is no drift: %s', async (_title, stored, given) => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: stored });
    const step = await shop.run(worker(given));

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': id });
    expect(writes(shop)).toEqual([]);
  });

  test('includes a config that is an empty list', async () => {
    await using shop = await openShop();
    const resource = {
      id: 'process-1',
      type: 'background_processes',
      attributes: { type: 'worker', processes: 1, command: null, config: [], created_at: null },
    };
    shop.emulator.faults.add({ kind: 'body', body: JSON.stringify({ data: [resource] }), on: 'GET' });
    const step = await shop.run(worker({}));

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': 'process-1' });
  });
});

describe.concurrent('another worker is created beside one that differs by', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['the order of its queues', { queue: 'high,default' }, { queue: 'default,high' }],
    ['its queue', { queue: 'mail' }, {}],
    ['a queue whose name only begins the same', { queue: 'mail' }, { queue: 'mailing' }],
    ['the case of its queue', { queue: 'Mail' }, { queue: 'mail' }],
    ['its connection', { connection: 'database' }, { connection: 'redis' }],
    ['having no connection', {}, { connection: 'redis' }],
  ])('%s', async (_title, stored, given) => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: stored });
    const step = await shop.run(worker(given));

    expect(step.outputs['outcome']).toBe('created');
    expect(step.outputs['process-id']).not.toBe(id);
    expect(shop.ids()).toHaveLength(2);
  });
});

describe.concurrent('finding the process', () => {
  test('two that match are an error that names both, and nothing is written', async () => {
    await using shop = await openShop();
    const one = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const two = shop.emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      config: { queue: 'default' },
    });
    const step = await shop.run({ processes: '2' });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('2 background processes match');
    for (const { id } of [one, two]) expect(step.errors[0]).toContain(id);
    expect(step.errors[0]).toContain('process-id');
    expect(writes(shop)).toEqual([]);
  });

  test('a worker without a connection is preferred when no connection is asked for', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { connection: 'redis' } });
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run();

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': id });
  });

  test('a match on the third page is found', async () => {
    await using shop = await openShop({ perPage: 2 });
    for (const queue of ['a', 'b', 'c', 'd']) {
      shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue } });
    }
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run();

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': id });
    expect(shop.emulator.requests.map(({ query }) => query['page']).toSorted()).toEqual([
      '2',
      '3',
      undefined,
    ]);
  });

  test('a next page on another origin is not read, and nothing is created', async () => {
    await using shop = await openShop();
    await using elsewhere = await openOtherServer();
    const body = JSON.stringify({ data: [], links: { next: `${elsewhere.url}/api/more?page=2` } });
    shop.emulator.faults.add({ kind: 'body', body, on: 'GET' });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`its next page is said to be at ${elsewhere.url}`);
    expect(elsewhere.requests).toEqual([]);
    expect(shop.requests()).toEqual(['GET /instances/{id}/background-processes']);
  });

  test('pages that never end are an error', async () => {
    await using shop = await openShop();
    const next = `${shop.emulator.url}/instances/${shop.instance.id}/background-processes?page=2`;
    const body = JSON.stringify({ data: [], links: { next } });
    shop.emulator.faults.add({ kind: 'body', body, on: 'GET', times: Number.POSITIVE_INFINITY });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('never end');
    expect(shop.count('POST')).toBe(0);
  });

  test('a process of another type is another process', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ type: 'custom', command: 'php artisan queue:work --quiet' });

    expect(step.outputs['outcome']).toBe('created');
  });
});

describe.concurrent('an update that is answered with 200 and not applied', () => {
  test.each([
    ['processes', 'processes is 1 and not 2'],
    ['config.tries', 'config.tries is 1 and not 3'],
  ])('is an error that names %s', async (field, said) => {
    await using shop = await openShop({ patchIgnores: [field] });
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { tries: 1 } });
    const step = await shop.run({ processes: '2', ...worker({ tries: 3 }) });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('accepted but not applied');
    expect(step.errors[0]).toContain(said);
    const [, ...after] = shop.requests().slice(shop.requests().indexOf('PATCH /background-processes/{id}'));
    // It is read again for a while: an answer may lie behind.
    expect(after.length).toBeGreaterThan(2);
    expect(new Set(after)).toEqual(new Set(['GET /background-processes/{id}']));
  });
});

describe.concurrent('a process that exists already', () => {
  test('is left as it is with if-exists: reuse, with a warning about what differs', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    const step = await shop.run({ processes: '5', 'if-exists': 'reuse' });

    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': id, processes: '1' });
    expect(step.warnings[0]).toContain('processes: 1 → 5');
    expect(step.summary).toMatch(/^<h3>⚠️ Drifted and left: worker on queue/);
    expect(step.summary).toContain(
      '<code>1</code> (declared: <strong><code>5</code></strong>) × 2–4 replicas = 2–4 in',
    );
    expect(step.summary).toContain('<strong>Next:</strong> use <code>if-exists: update</code>');
    expect(writes(shop)).toEqual([]);
  });

  test('fails the step with if-exists: fail', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ 'if-exists': 'fail' });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`it exists already, as ${id}`);
    expect(writes(shop)).toEqual([]);
  });

  test.each(['reuse', 'fail', 'update'])(
    'is created with if-exists: %s where it is missing',
    async (ifExists) => {
      await using shop = await openShop();
      const step = await shop.run({ 'if-exists': ifExists });

      expect(step.outputs['outcome']).toBe('created');
      expect(writes(shop)).toEqual(['POST']);
    },
  );
});

describe.concurrent('a pinned process', () => {
  test('is updated without a search, command and all', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'old' });
    const step = await shop.run({ 'process-id': id, type: 'custom', command: 'new' });

    expect(step.outputs).toMatchObject({
      outcome: 'updated',
      'process-id': id,
      command: 'new',
      'instance-id': shop.instance.id,
    });
    expect(shop.requests()).toEqual(['GET /background-processes/{id}', 'PATCH /background-processes/{id}']);
  });

  test('on another instance than the inputs say is an error', async () => {
    await using shop = await openShop();
    const other = shop.emulator.cloud.addInstance(shop.environment, { name: 'Workers', type: 'service' });
    const { id } = shop.emulator.cloud.addProcess(other, { type: 'worker' });
    const step = await shop.run({ 'process-id': id, instance: shop.instance.id, processes: '2' });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`it is on the instance ${other.id}, and not on ${shop.instance.id}`);
    expect(writes(shop)).toEqual([]);
  });

  test('gets its instance into the summary', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ 'process-id': id });

    expect(step.summary).toContain('<code>1</code> × 2–4 replicas = 2–4 in total');
    expect(step.outputs['instance-id']).toBe(shop.instance.id);
  });

  test('lets a worker move to another queue', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'a' } });
    const step = await shop.run({ 'process-id': id, ...worker({ queue: 'b' }) });

    expect(step.outputs).toMatchObject({ outcome: 'updated', 'process-id': id });
    expect(shop.emulator.cloud.processes).toMatchObject([{ config: { queue: 'b' } }]);
  });

  test('of another type is an error', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    const step = await shop.run({ 'process-id': id });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(
      'it is of type custom, and not worker. A process cannot change its type; correct type',
    );
    expect(writes(shop)).toEqual([]);
  });

  test('that does not exist is an error', async () => {
    await using shop = await openShop();
    const id = 'process-00000000-0000-4000-8000-000000000000';
    const step = await startAnyway(shop, id);

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('there is none of this id');
    expect(shop.emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /api/background-processes/${id}`,
    ]);
  });

  test.each(['../instances', 'process-a/b?c#d', 'process-/..'])(
    'is not looked for by %s, which is no id',
    async (id) => {
      await using shop = await openShop();
      const step = await startAnyway(shop, id);

      expect(step.errors).toEqual([
        `A problem with the inputs: process-id: must be an id such as process-…, not "${id}". No request was made.`,
      ]);
      expect(shop.emulator.requests).toEqual([]);
    },
  );
});

/** Ids that depart from the contract are refused by the server, which is the point here. */
function startAnyway(shop: Shop, id: string) {
  return shop.start({ 'process-id': id }).done;
}

describe.concurrent('a dry run', () => {
  test('says that it would create, and shows what', async () => {
    await using shop = await openShop();
    const step = await shop.run({ 'dry-run': 'true', processes: '2', ...worker({ tries: 3 }) });

    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({
      outcome: 'would-create',
      'process-id': '',
      processes: '2',
      type: 'worker',
      'config-json': '{"tries":3}',
      'resource-json': '',
    });
    expect(writes(shop)).toEqual([]);
    expect(step.summary).toContain('Nothing was written');
  });

  test('says that it would create with if-exists: create, and asks nothing', async () => {
    await using shop = await openShop();
    const step = await shop.run({ 'dry-run': 'true', 'if-exists': 'create' });

    expect(step.outputs['outcome']).toBe('would-create');
    expect(shop.requests()).toEqual([]);
  });

  test('says what it would update', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ 'dry-run': 'true', processes: '2', redeploy: 'true' });

    expect(step.outputs).toMatchObject({
      outcome: 'would-update',
      'process-id': id,
      processes: '1',
      'changes-json': '{"processes":{"from":1,"to":2}}',
      'deployment-id': '',
    });
    expect(writes(shop)).toEqual([]);
  });

  test('says when there is nothing to do', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ 'dry-run': 'true' });

    expect(step.outputs['outcome']).toBe('unchanged');
  });
});

test.concurrent('a process that vanishes during its update is created anew', async () => {
  await using shop = await openShop();
  const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
  shop.emulator.faults.add({ kind: 'call', on: 'PATCH', call: () => shop.emulator.cloud.removeProcess(id) });
  const step = await shop.run({ processes: '2' });

  expect(step.exitCode).toBe(0);
  expect(step.outputs['outcome']).toBe('created');
  expect(shop.ids()).toEqual([step.outputs['process-id']]);
});
