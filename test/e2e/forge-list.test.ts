import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';
import { startAction } from './harness/run-action.ts';
import { unlessWindows } from './harness/unless-windows.ts';

let world: ForgeWorld;

beforeEach(async () => {
  world = await startForge('forge/list');
});

afterEach(() => world.emulator.close());

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

test('a token of 2,200 characters is sent whole and masked whole', async () => {
  const token = `eyJ${'aB3-_.xY'.repeat(275)}`.slice(0, 2_200);
  await world.emulator.close();
  world = await startForge('forge/list', { token });
  const run = await world.run();
  expect(run.exitCode).toBe(0);
  expect(run.masks).toContain(token);
  expect(world.emulator.requests[0]?.headers['authorization']).toBe(`Bearer ${token}`);
});
