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
    expect(first.notices[0]).toContain('take effect with the environment’s next deploy');
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
        /^<h3>🟡 Updated, not live yet: worker <code>mail<\/code> on <code>App<\/code>/,
      );
      expect(second.summary).toContain('tries <code>1</code> → <strong><code>3</code></strong>');
    },
  );
});

describe.concurrent('finding the process', () => {
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

describe.concurrent('a pinned process', () => {
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

test.concurrent('a process that vanishes during its update is created anew', async () => {
  await using shop = await openShop();
  const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
  shop.emulator.faults.add({ kind: 'call', on: 'PATCH', call: () => shop.emulator.cloud.removeProcess(id) });
  const step = await shop.run({ processes: '2' });

  expect(step.exitCode).toBe(0);
  expect(step.outputs['outcome']).toBe('created');
  expect(shop.ids()).toEqual([step.outputs['process-id']]);
});
