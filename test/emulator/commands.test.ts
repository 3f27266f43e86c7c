import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fails, neverEnds, neverStarts, succeeds } from './command-outcomes.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, type Reply, send, sendChecked } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-04-04T11:24:42Z');
  emulator = await startEmulator({ now: () => now });
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const call = (method: string, path: string, options?: CallOptions) =>
  sendChecked(emulator, method, path, options);

describe('commands', () => {
  const path = () => `/environments/${shop.environment.id}/commands`;
  const run = (command = 'php artisan queue:canary') => call('POST', path(), { body: { command } });
  const look = (started: Reply) => call('GET', `/commands/${at(started.body, 'data', 'id')}`);
  const attributes = (reply: Reply) => at(reply.body, 'data', 'attributes');
  const listed = async (query = '') =>
    [at((await call('GET', `${path()}${query}`)).body, 'data')]
      .flat()
      .map((each) => at(each, 'attributes', 'command'));

  test('one is pending first, and succeeds a look at a time', async () => {
    const started = await run();
    expect(started.status).toBe(200);
    expect(attributes(started)).toEqual({
      command: 'php artisan queue:canary',
      output: null,
      status: 'pending',
      exit_code: null,
      failure_reason: null,
      started_at: null,
      finished_at: null,
      created_at: '2026-04-04T11:24:42.000000Z',
    });
    const seen = [await look(started), await look(started)].map((reply) => at(attributes(reply), 'status'));
    expect(seen).toEqual(['command.created', 'command.running']);
    now += 7_000;
    expect(attributes(await look(started))).toMatchObject({
      output: 'Done.',
      status: 'command.success',
      exit_code: 0,
      started_at: '2026-04-04T11:24:42.000000Z',
      finished_at: '2026-04-04T11:24:49.000000Z',
    });
  });

  test.each([
    [
      'fails',
      fails('Nobody took the job.'),
      { status: 'command.failure', exit_code: 1, output: 'Nobody took the job.' },
    ],
    [
      'never starts',
      neverStarts('No replica.'),
      { status: 'command.failure', exit_code: null, failure_reason: 'No replica.' },
    ],
    [
      'never ends',
      neverEnds('Waiting'),
      { status: 'command.running', exit_code: null, output: 'Waiting', finished_at: null },
    ],
    [
      'prints what is hostile',
      succeeds('::error::x\n</details>\u0000'),
      { output: '::error::x\n</details>\u0000' },
    ],
  ])('one that %s', async (_name, outcome, expected) => {
    emulator.cloud.options.commandOutcome = outcome;
    const started = await run();
    for (let turn = 0; turn < 5; turn++) await look(started);
    expect(attributes(await look(started))).toMatchObject(expected);
  });

  test('how one ends can depend on the command', async () => {
    emulator.cloud.options.commandOutcome = (command) => (command === 'false' ? fails() : succeeds());
    const started = await run('false');
    for (let turn = 0; turn < 3; turn++) await look(started);
    expect(attributes(await look(started))).toMatchObject({ status: 'command.failure', output: null });
  });

  test('the list is filtered by status and by a part of the command', async () => {
    emulator.cloud.addCommand(shop.environment, { command: 'php artisan about', outcome: neverEnds() });
    emulator.cloud.addCommand(shop.environment, {
      command: 'true',
      outcome: { ...succeeds(), statuses: ['command.success'] },
    });
    expect(await listed()).toEqual(['true', 'php artisan about']);
    expect(await listed('?filter[command]=ABOUT')).toEqual(['php artisan about']);
    expect(await listed('?filter[status]=command.success')).toEqual(['true']);
  });

  test('a lost answer leaves a command in the list, which may lie behind', async () => {
    emulator.cloud.options.lag.commands = 3_000;
    emulator.faults.add({ on: 'POST /commands$', kind: 'reset-after' });
    await expect(run()).rejects.toThrow();
    expect(await listed()).toEqual([]);
    now += 3_000;
    expect(await listed()).toEqual(['php artisan queue:canary']);
  });

  test('environment and deployment are brought along', async () => {
    const deployment = emulator.cloud.addDeployment(shop.environment, { script: ['deployment.succeeded'] });
    const started = await run();
    const id = at(started.body, 'data', 'id');
    const reply = await call('GET', `/commands/${id}?include=environment,deployment,initiator`);
    expect(reply.body).toMatchObject({
      data: { relationships: { deployment: { data: { id: deployment.id } }, initiator: { data: null } } },
      included: [{ id: shop.environment.id }, { id: deployment.id }],
    });
  });

  test.each([[''], [undefined], ['x'.repeat(150_001)]])(
    'a command that is none is a 422',
    async (command) => {
      expect((await call('POST', path(), { body: { command } })).status).toBe(422);
    },
  );

  test('the answer can be a 201, and an id of nothing is a 404', async () => {
    emulator.cloud.options.commandStatus = 201;
    expect((await run('x'.repeat(150_000))).status).toBe(201);
    expect((await call('GET', '/commands/comm-0')).status).toBe(404);
  });

  test('no more than twenty fit into a minute', async () => {
    emulator.cloud.options.rateLimit.enforced = true;
    for (let turn = 0; turn < 20; turn++) expect((await run()).status).toBe(200);
    const refused = await send(emulator, 'POST', path(), { body: { command: 'true' } });
    expect([refused.status, refused.headers.get('x-ratelimit-limit')]).toEqual([429, '20']);
    expect(await listed()).toHaveLength(20);
  });
});

describe('deployment logs', () => {
  const logs = (id: string) => call('GET', `/deployments/${id}/logs`);

  test('the step that failed tells why', async () => {
    const { id } = emulator.cloud.addDeployment(shop.environment, {
      script: ['deployment.failed'],
      failureReason: 'No such table',
    });
    const reply = await logs(id);
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(reply.body).toMatchObject({
      data: {
        build: { available: true, steps: [{ step: 'build', status: 'success' }] },
        deploy: { available: true, steps: [{ step: 'deploy', status: 'failed', output: 'No such table' }] },
      },
      meta: { deployment_status: 'deployment.failed' },
    });
  });

  test('there are none yet of what has not begun', async () => {
    const { id } = emulator.cloud.addDeployment(shop.environment, { script: ['pending'] });
    expect((await logs(id)).body['data']).toEqual({
      build: { available: false, steps: [] },
      deploy: { available: false, steps: [] },
    });
  });

  test('they can be laid out for every deployment of an environment', async () => {
    const deploymentLogs = {
      build: {
        available: true,
        steps: [{ step: 'x', status: 'failed', description: '', output: '::error::' }],
      },
      deploy: { available: false, steps: [] },
    };
    const staging = emulator.cloud.addEnvironment(shop.application, { name: 'staging', deploymentLogs });
    const started = await call('POST', `/environments/${staging.id}/deployments`);
    expect((await logs(String(at(started.body, 'data', 'id')))).body['data']).toEqual(deploymentLogs);
  });

  test('after a year they are gone', async () => {
    const startedAt = '2025-04-04T11:24:41.000000Z';
    const { id } = emulator.cloud.addDeployment(shop.environment, { startedAt });
    const reply = await logs(id);
    expect([reply.status, reply.body]).toEqual([422, { message: expect.stringContaining('year') }]);
    expect((await logs('depl-0')).status).toBe(404);
  });
});
