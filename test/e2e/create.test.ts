import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from './harness/shop.ts';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop[Symbol.asyncDispose]());

const config = {
  connection: 'redis',
  queue: 'high,default',
  tries: 3,
  backoff: 5,
  sleep: 2,
  rest: 1,
  timeout: 90,
  force: true,
};

function theOnlyRequest() {
  const [request, ...others] = shop.emulator.requests;
  if (request === undefined || others.length > 0) throw new Error(`Not one request: ${shop.requests()}`);
  return request;
}

test('a worker with every option is created with exactly one request, which carries exactly what was asked', async () => {
  const step = await shop.run({
    'if-exists': 'create',
    processes: '4',
    'config-json': JSON.stringify(config),
  });

  expect(step.exitCode).toBe(0);
  const { method, path, query, headers, body } = theOnlyRequest();
  expect([method, path, query]).toEqual([
    'POST',
    `/api/instances/${shop.instance.id}/background-processes`,
    {},
  ]);
  expect(body).toEqual({ type: 'worker', processes: 4, config });
  expect(headers).toMatchObject({
    authorization: `Bearer ${shop.emulator.token}`,
    accept: 'application/vnd.api+json, application/json',
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/^laravel-background-process-action\//),
  });
  const [process] = shop.emulator.cloud.processes;
  expect(step.outputs).toEqual({
    'process-id': process?.id,
    strategy: 'none',
    'strategy-threshold': '',
    outcome: 'created',
    type: 'worker',
    processes: '4',
    command:
      'php artisan queue:work redis --queue=high,default --tries=3 --backoff=5 --sleep=2 --rest=1 --timeout=90 --force --quiet',
    'config-json': expect.any(String),
    'created-at': process?.createdAt,
    'instance-id': shop.instance.id,
    'environment-id': '',
    'deployment-id': '',
    verified: '',
    'changes-json': '{}',
    'resource-json': expect.any(String),
  });
  expect(JSON.parse(step.outputs['config-json'] ?? '')).toEqual(config);
  expect(JSON.parse(step.outputs['resource-json'] ?? '')).toMatchObject({
    id: process?.id,
    type: 'background_processes',
    attributes: { strategy_type: null, processes: 4 },
  });
  expect(step.masks).toContain(shop.emulator.token);
  expect(step.summary).toContain(process?.id);
});

test('a worker without options is created without a config', async () => {
  const step = await shop.run({ 'if-exists': 'create' });

  expect(step.exitCode).toBe(0);
  expect(theOnlyRequest().rawBody).toBe('{"type":"worker","processes":1}');
  expect(step.outputs).toMatchObject({
    outcome: 'created',
    type: 'worker',
    processes: '1',
    command: 'php artisan queue:work --quiet',
    'config-json': '{}',
  });
});

test('a custom process is created with its command, and has no config', async () => {
  const command = 'php artisan reverb:start --port="8080"';
  const step = await shop.run({ 'if-exists': 'create', type: 'custom', processes: '10', command });

  expect(step.exitCode).toBe(0);
  expect(theOnlyRequest().body).toEqual({ type: 'custom', processes: 10, command });
  expect(step.outputs).toMatchObject({
    outcome: 'created',
    type: 'custom',
    processes: '10',
    command,
    strategy: 'none',
    'config-json': '{}',
  });
});

test('a further process is created beside one that is the same', async () => {
  const first = await shop.run({ 'if-exists': 'create' });
  const second = await shop.run({ 'if-exists': 'create' });

  expect(second.outputs['outcome']).toBe('created');
  expect(second.outputs['process-id']).not.toBe(first.outputs['process-id']);
  expect(shop.requests()).toEqual(Array(2).fill('POST /instances/{id}/background-processes'));
});

test.each([
  { LARAVEL_CLOUD_TOKEN: 'first' },
  { LARAVEL_CLOUD_API_TOKEN: 'first' },
  { LARAVEL_CLOUD_TOKEN: 'first', LARAVEL_CLOUD_API_TOKEN: 'second' },
])('the token may come from the environment %j, and goes nowhere but into the request', async (variables) => {
  const tokens: Record<string, string> = { first: shop.emulator.token, second: 'of-somewhere-else' };
  const env = Object.fromEntries(
    Object.entries(variables).map(([name, which]) => [name, tokens[which] ?? '']),
  );
  const step = await shop.run({ token: '', 'if-exists': 'create' }, { env });

  expect(step.exitCode).toBe(0);
  expect(theOnlyRequest().headers['authorization']).toBe(`Bearer ${shop.emulator.token}`);
  expect(step.masks).toContain(shop.emulator.token);
});

test('a base address with a slash at its end reaches the same path', async () => {
  const step = await shop.run({ 'if-exists': 'create', 'api-url': `${shop.emulator.url}/` });

  expect(step.exitCode).toBe(0);
  expect(theOnlyRequest().path).toBe(`/api/instances/${shop.instance.id}/background-processes`);
});

test('with summary off the summary stays empty', async () => {
  const step = await shop.run({ 'if-exists': 'create', summary: 'false' });

  expect(step.exitCode).toBe(0);
  expect(step.summary).toBe('');
});
