import { expect, test } from 'vitest';
import { editList } from '../emulator/edits.ts';
import { expectNoToken } from './harness/expect-clean.ts';
import { openForge, type Shop } from './harness/shop.ts';
import { stopWhen, unlessWindows } from './harness/unless-windows.ts';

const horizon = { command: 'php8.4 artisan horizon', directory: '/home/forge/shop.example' };
const { command } = horizon;

const kept = ({ emulator, server }: Shop) => emulator.forge.listProcesses(server);

test.each([
  ['the same derived name', {}, {}],
  ['names of their own', { name: 'horizon-a' }, { name: 'horizon-b' }],
])('two runs at once with %s leave one process, and both tell its id', async (_title, first, second) => {
  await using world = await openForge('forge');
  const runs = await Promise.all([world.run({ ...horizon, ...first }), world.run({ ...horizon, ...second })]);
  for (const run of runs) expect(run.errors).toEqual([]);
  const ids = kept(world).map(({ id }) => id);
  expect(ids).toHaveLength(1);
  expect(runs.map(({ outputs }) => outputs['process-id'])).toEqual([ids[0], ids[0]]);
});

test('the manifest says what a filter leaves out, on one line whatever the filter', async () => {
  await using world = await openForge('forge/list');
  world.forge.addProcess(world.server, { command, siteId: Number(world.site.id) });
  const run = await world.run({ site: 'shop.example', command: 'artisan\nhorizon' });
  expect(run.outputs['manifest-yaml']?.split('\n').slice(1)).toEqual([
    '# Filter: site shop.example, command contains "artisan\\nhorizon". With prune, all others would be deleted.',
    'servers:',
    `  "${world.server.id}": []`,
    '',
  ]);
});

test('a part of a command is found as it is written, also from within quotation marks', async () => {
  await using world = await openForge('forge/list');
  world.forge.addProcess(world.server, { command: "php8.4 artisan say --text='a  b'" });
  for (const part of ['a  b', "say --text='a  b", 'a b'])
    expect((await world.run({ command: part })).outputs['count']).toBe('1');
});

test('the token may come from the environment', async () => {
  await using world = await openForge('forge/list');
  const env = { FORGE_API_TOKEN: world.emulator.token, FORGE_TOKEN: 'of-somewhere-else' };
  expect((await world.run({ token: '' }, { env })).exitCode).toBe(0);
});

unlessWindows('a step that is told to stop at the gate stops at once', async () => {
  await using world = await openForge('forge/list');
  world.forge.addProcess(world.server, { command, script: ['starting'] });
  const running = world.start({ 'require-status': 'running', 'wait-timeout': '600' });
  const run = await stopWhen(running, 'SIGTERM', () => running.output().includes('is starting'));
  expect(run.exitCode).toBe(1);
  expect(run.errors[0]).toBe('Cancelled while waiting for the required status. Nothing was changed.');
});

test('a removal may take three minutes', async () => {
  await using world = await openForge('forge/delete');
  world.forge.options.removalLooks = Number.POSITIVE_INFINITY;
  const { id } = world.forge.addProcess(world.server, { command });
  const run = await world.run({ command });
  expect(run.errors[0]).toContain(`- ${id}: still there 180 s after the service accepted the request`);
});

test('a token of 2,200 characters is sent whole and masked whole', async () => {
  const token = `eyJ${'aB3-_.xY'.repeat(275)}`.slice(0, 2_200);
  await using world = await openForge('forge/list');
  world.emulator.access.token = token;
  const run = await world.run({ token });
  expect(run.exitCode).toBe(0);
  expectNoToken(run, token);
  expect(run.masks).toContain(token);
  expect(world.emulator.requests[0]?.headers['authorization']).toBe(`Bearer ${token}`);
});

test('forge/restart restarts none of another user that a list shows all the same', async () => {
  await using world = await openForge('forge/restart');
  const { id } = world.forge.addProcess(world.server, { command });
  const edit = editList(([first]) => [
    first,
    { ...first, id: '99', attributes: { command, user: 'forge2' } },
  ]);
  world.emulator.faults.add({ kind: 'edit', on: 'GET .*/background-processes$', edit });
  const run = await world.run({ user: 'forge', 'wait-timeout': '0' });
  expect(run.errors).toEqual([]);
  expect(run.outputs['ids-json']).toBe(JSON.stringify([id]));
});

/** Changes the second list of processes that a run reads. */
const changeSecondList = ({ emulator }: Shop, edit: Parameters<typeof editList>[0]) =>
  emulator.faults.add({ kind: 'edit', on: 'GET .*/background-processes$', nth: 2, edit: editList(edit) });

test('forge/restart waits for one that a list shows in another shape for a while', async () => {
  await using world = await openForge('forge/restart');
  const [id] = [1, 2, 3, 4].map(() => world.forge.addProcess(world.server, { command }).id);
  // The first list is read before the restart, the next one after it.
  changeSecondList(world, ([first, ...others]) => [{ ...first, attributes: null }, ...others]);
  const run = await world.run();
  expect(run.errors).toEqual([]);
  expect(run.log).toContain(`${id} is unknown`);
  expect(run.outputs['count']).toBe('4');
});

test('forge/restart does not count the time that the rate limit takes against wait-timeout', async () => {
  await using world = await openForge('forge/restart');
  world.forge.options.restartScript = ['restarting', 'running'];
  world.forge.addProcess(world.server, { command: 'php8.4 artisan horizon' });
  world.faults.add({ kind: 'rate-limit', retryAfter: 60, on: 'GET background-processes/', nth: 1 });
  const step = await world.run({ 'wait-timeout': '30' });
  expect(step.errors).toEqual([]);
  expect(step.log).toContain('trying again in 60 s');
});

test.each<['forge/restart' | 'forge/delete', Record<string, string>, string, number]>([
  ['forge/restart', { 'wait-timeout': '0' }, '/actions', 150_000],
  ['forge/delete', { command, all: 'true' }, 'DELETE', 450_000],
])('%s has more time for more processes', async (action, inputs, on, lasts) => {
  await using world = await openForge(action);
  for (let site = 1; site <= 20; site++)
    world.forge.addProcess(world.server, { command, directory: `/home/forge/${site}` });
  world.faults.add({ kind: 'status', status: 429, on, times: Infinity, lasts });
  const run = await world.run(inputs);
  expect(run.errors).toEqual([]);
  expect(run.outputs['count']).toBe('20');
});

test('stable-for is true where the process stays up, and asks calmly', async () => {
  await using world = await openForge('forge');
  const run = await world.run({ ...horizon, 'stable-for': '30' });

  expect(run.errors).toEqual([]);
  expect(run.outputs).toMatchObject({ outcome: 'created', stable: 'true' });
  expect(run.summary).toContain('Stable:</strong> up for 30 s');
  expect(world.emulator.requests.length).toBeLessThanOrEqual(14);
});

test('stable-for holds for each process of forge/apply, also for one that a list lacks, and in a dry run', async () => {
  await using world = await openForge('forge/apply');
  const text = 'servers: { web-1: [{ command: php8.4 a }, { command: php8.4 b }] }';
  const run = await world.apply(text, { 'stable-for': '30' });
  expect(run.outputs).toMatchObject({ outcome: 'changed', stable: 'true' });

  // As when the last process moves to a page that was read already.
  changeSecondList(world, (data) => data.slice(0, -1));
  const dry = await world.apply(text, { 'dry-run': 'true', 'stable-for': '5' });
  expect(dry.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true' });
});
