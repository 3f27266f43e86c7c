import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';
import { type StepRun, startAction } from './harness/run-action.ts';
import { unlessWindows } from './harness/unless-windows.ts';

let world: ForgeWorld;

beforeEach(async () => {
  world = await startForge('forge/list');
});

afterEach(() => world.emulator.close());

const idsOf = ({ outputs }: StepRun): string[] => JSON.parse(outputs['ids-json'] ?? 'null');
const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });

describe('the manifest', () => {
  test('says what a filter leaves out, on one line whatever the filter', async () => {
    add({ siteId: Number(world.site.id) });
    const run = await world.run({ site: 'shop.example', command: 'artisan\nhorizon' });
    expect(run.outputs['manifest-yaml']?.split('\n').slice(1)).toEqual([
      '# Filter: site shop.example, command contains "artisan\\nhorizon". With prune, all others would be deleted.',
      'servers:',
      `  "${world.server.id}": []`,
      '',
    ]);
  });
});

test('the token may come from the environment', async () => {
  const run = await world.run({ token: '' }, { env: { FORGE_TOKEN: world.emulator.token } });
  expect(run.exitCode).toBe(0);
  const both = { FORGE_API_TOKEN: world.emulator.token, FORGE_TOKEN: 'of-somewhere-else' };
  expect((await world.run({ token: '' }, { env: both })).exitCode).toBe(0);
});

describe('the gate', () => {
  test('opens for installed, and for running in its place', async () => {
    add({ script: ['installed'] });
    add();
    expect((await world.run({ 'require-status': 'installed' })).exitCode).toBe(0);
  });

  test('one good look at a process that crashes opens nothing', async () => {
    add({ script: ['running', 'backoff'] });
    const run = await world.run({ 'require-status': 'running' });
    expect(run.errors[0]).toContain('"php8.4 artisan horizon" is backoff');
  });

  test.each(['fatal', 'exited'])('fails at once on %s', async (status) => {
    const { id } = add({ script: [status] });
    const run = await world.run({ 'require-status': 'running', 'wait-timeout': '600' });
    expect(run.errors[0]).toContain(`"php8.4 artisan horizon" is ${status}`);
    expect(idsOf(run)).toEqual([id]);
  });

  test.each(['unknown', 'a-word-never-seen'])('waits out %s', async (status) => {
    add({ script: [status, 'running'] });
    expect((await world.run({ 'require-status': 'running', 'wait-timeout': '30' })).exitCode).toBe(0);
  });
});

unlessWindows('a step that is told to stop at the gate stops at once', async () => {
  add({ script: ['starting'] });
  const { child, done, output } = startAction({
    action: 'forge/list',
    inputs: {
      token: world.emulator.token,
      'api-url': world.emulator.url,
      organization: 'acme',
      server: world.server.id,
      'require-status': 'running',
      'wait-timeout': '600',
    },
  });
  await expect.poll(output, { timeout: 20_000 }).toContain('is starting');
  child.kill('SIGTERM');
  const run = await done;
  expect(run.exitCode).toBe(1);
  expect(run.errors[0]).toBe('Cancelled while waiting for the required status. Nothing was changed.');
});

describe('refusals', () => {
  test.each([[{ retryAfter: '1' }], [{ headers: { 'X-RateLimit-Reset': '1' } }]])(
    'a 429 with %j is waited out',
    async (limit) => {
      world.emulator.faults.add({
        kind: 'rate-limit',
        ...('retryAfter' in limit ? { retryAfter: limit.retryAfter } : { headers: { ...limit.headers } }),
      });
      const run = await world.run();
      expect(run.exitCode).toBe(0);
      expect(run.log).toContain('answered 429; trying again');
    },
  );

  test('pages that go in circles are refused', async () => {
    world.emulator.faults.add({
      kind: 'body',
      body: JSON.stringify({ data: [], links: [], meta: { next_cursor: 'again' } }),
      times: Number.POSITIVE_INFINITY,
    });
    expect((await world.run()).errors[0]).toContain('its pages never end');
    expect(world.requests()).toHaveLength(2);
  });
});

test('a token of 2,200 characters is sent whole and masked whole', async () => {
  const token = `eyJ${'aB3-_.xY'.repeat(275)}`.slice(0, 2_200);
  await world.emulator.close();
  world = await startForge('forge/list', { token });
  const run = await world.run();
  expect(run.exitCode).toBe(0);
  expect(run.masks).toContain(token);
  expect(world.emulator.requests[0]?.headers['authorization']).toBe(`Bearer ${token}`);
});
