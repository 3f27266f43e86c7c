import { describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';
import { startAction } from './harness/run-action.ts';
import { unlessWindows } from './harness/unless-windows.ts';

const horizon = { command: 'php8.4 artisan horizon', directory: '/home/forge/shop.example' };
const { command } = horizon;

const kept = ({ emulator, server }: ForgeWorld) => emulator.forge.listProcesses(server);

test.each([
  ['the same derived name', {}, {}],
  ['names of their own', { name: 'horizon-a' }, { name: 'horizon-b' }],
])('two runs at once with %s leave one process, and both tell its id', async (_title, first, second) => {
  await using world = await startForge('forge');
  const runs = await Promise.all([world.run({ ...horizon, ...first }), world.run({ ...horizon, ...second })]);
  for (const run of runs) expect(run.errors).toEqual([]);
  const ids = kept(world).map(({ id }) => id);
  expect(ids).toHaveLength(1);
  expect(runs.map(({ outputs }) => outputs['process-id'])).toEqual([ids[0], ids[0]]);
});

test('the manifest says what a filter leaves out, on one line whatever the filter', async () => {
  await using world = await startForge('forge/list');
  world.emulator.forge.addProcess(world.server, { command, siteId: Number(world.site.id) });
  const run = await world.run({ site: 'shop.example', command: 'artisan\nhorizon' });
  expect(run.outputs['manifest-yaml']?.split('\n').slice(1)).toEqual([
    '# Filter: site shop.example, command contains "artisan\\nhorizon". With prune, all others would be deleted.',
    'servers:',
    `  "${world.server.id}": []`,
    '',
  ]);
});

test('the token may come from the environment', async () => {
  await using world = await startForge('forge/list');
  const run = await world.run({ token: '' }, { env: { FORGE_TOKEN: world.emulator.token } });
  expect(run.exitCode).toBe(0);
  const both = { FORGE_API_TOKEN: world.emulator.token, FORGE_TOKEN: 'of-somewhere-else' };
  expect((await world.run({ token: '' }, { env: both })).exitCode).toBe(0);
});

unlessWindows('a step that is told to stop at the gate stops at once', async () => {
  await using world = await startForge('forge/list');
  world.emulator.forge.addProcess(world.server, { command, script: ['starting'] });
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
  await using world = await startForge('forge/list', { token });
  const run = await world.run();
  expect(run.exitCode).toBe(0);
  expect(run.masks).toContain(token);
  expect(world.emulator.requests[0]?.headers['authorization']).toBe(`Bearer ${token}`);
});

test('forge/restart waits for one that a list shows in another shape for a while', async () => {
  await using world = await startForge('forge/restart');
  const added = Array.from(
    { length: 4 },
    () => world.emulator.forge.addProcess(world.server, { command }).id,
  );
  // The first list is read before the restart, the next one after it.
  world.emulator.faults.add({
    kind: 'edit',
    on: 'GET .*/background-processes(\\?|$)',
    nth: 2,
    edit: (answer) => {
      const { data } = answer.body as { data: object[] };
      return {
        ...answer,
        body: { data: data.map((one, n) => (n === 1 ? { ...one, attributes: null } : one)) },
      };
    },
  });
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(run.log).toContain(`${added[1]} is unknown`);
  expect(run.outputs['count']).toBe('4');
});

/** The second list of the run lacks its last process, as when a process moves to a page that was read already. */
const hideFromSecondList = ({ emulator }: ForgeWorld) =>
  emulator.faults.add({
    kind: 'edit',
    on: 'GET .*/background-processes(\\?|$)',
    nth: 2,
    edit: (answer) => {
      const { data } = answer.body as { data: object[] };
      return { ...answer, body: { data: data.slice(0, -1) } };
    },
  });

test('forge/restart reads a process by its id if a list lacks it', async () => {
  await using world = await startForge('forge/restart');
  for (let n = 0; n < 4; n++) world.emulator.forge.addProcess(world.server, { command });
  hideFromSecondList(world);
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(run.outputs['count']).toBe('4');
});

test('forge/restart does not count the time that the rate limit takes against wait-timeout', async () => {
  await using world = await startForge('forge/restart', {
    forge: { restartScript: ['restarting', 'running'] },
  });
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon' });
  world.emulator.faults.add({ kind: 'rate-limit', retryAfter: 60, on: 'GET background-processes/', nth: 1 });
  const step = await world.run({ 'wait-timeout': '30' });
  expect(step.errors).toEqual([]);
  expect(step.log).toContain('trying again in 60 s');
});

describe('stable-for on Forge', () => {
  test('is true where the process stays up, and asks calmly', async () => {
    await using world = await startForge('forge');
    const run = await world.run({ ...horizon, 'stable-for': '30' });

    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'created', stable: 'true' });
    expect(run.summary).toContain('Stable:</strong> up for 30 s');
    expect(world.emulator.requests.length).toBeLessThanOrEqual(14);
  });

  test('reads a process by its id if a list lacks it', async () => {
    await using world = await startForge('forge/apply');
    for (const each of ['a', 'b'])
      world.emulator.forge.addProcess(world.server, { command: `php8.4 ${each}` });
    hideFromSecondList(world);
    const manifest = 'servers: { web-1: [{ command: php8.4 a }, { command: php8.4 b }] }';
    const files = { '.github/forge-processes.yml': manifest };
    expect((await world.run({ 'stable-for': '30' }, { files })).outputs['stable']).toBe('true');
  });

  test('holds for each process of forge/apply, also in a dry run', async () => {
    await using world = await startForge('forge/apply');
    const manifest = `servers: { web-1: [{ command: ${command}, directory: ${horizon.directory} }] }`;
    const options = { files: { '.github/forge-processes.yml': manifest } };
    expect((await world.run({ 'stable-for': '30' }, options)).outputs).toMatchObject({
      outcome: 'changed',
      stable: 'true',
    });
    expect((await world.run({ 'dry-run': 'true', 'stable-for': '5' }, options)).outputs).toMatchObject({
      outcome: 'unchanged',
      stable: 'true',
    });
  });
});
