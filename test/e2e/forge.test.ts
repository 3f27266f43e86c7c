import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge, violations } from './forge-world.ts';

let world: ForgeWorld;
let base: string;

beforeEach(async () => {
  world = await startForge('forge');
  base = `/${world.server.id}/background-processes`;
});

afterEach(() => world.emulator.close());

const horizon = { command: 'php8.4 artisan horizon', directory: '/home/forge/shop.example' };
const kept = () => world.emulator.forge.listProcesses(world.server);
const list = () => `GET ${base}?page[size]=30`;
const writes = () => world.emulator.requests.filter(({ method }) => method !== 'GET');

test('creates what is missing, with everything that was declared', async () => {
  const run = await world.run({
    ...horizon,
    site: 'shop.example',
    name: 'horizon',
    processes: '12',
    startsecs: '0',
    stopwaitsecs: '3600',
    stopsignal: 'SIGTERM',
  });
  expect(run.errors).toEqual([]);
  const [made] = kept();
  expect(made).toMatchObject({
    ...horizon,
    name: 'horizon',
    user: 'forge',
    processes: 12,
    siteId: Number(world.site.id),
    startsecs: 0,
    stopwaitsecs: 3600,
    stopsignal: 'SIGTERM',
  });
  expect(run.outputs).toMatchObject({ 'process-id': made?.id, outcome: 'created' });
  expect(Object.keys(run.outputs)).toEqual(['process-id', 'status', 'outcome']);
  expect(violations(world)).toEqual([]);
  expect(run.summary).toMatch(/^<h3>✅ Created: <code>php8.4 artisan horizon<\/code> on /);
});

test('sends only what was declared, under a name that is derived', async () => {
  await world.run(horizon);
  const [post] = writes();
  expect(post?.body).toEqual({
    ...horizon,
    name: expect.stringMatching(/^horizon-[0-9a-f]{8}$/),
    user: 'forge',
    processes: 1,
  });
});

test('a second run finds what the first has made', async () => {
  const first = await world.run(horizon);
  const second = await world.run({ ...horizon, command: ' php8.4   artisan horizon' });
  expect(second.outputs).toMatchObject({
    outcome: 'unchanged',
    'process-id': first.outputs['process-id'],
    status: 'running',
  });
  expect(world.requests()).toEqual([list(), expect.stringContaining(`POST ${base}`), list(), list()]);
});

test('warns of a process that is there and down', async () => {
  world.emulator.forge.addProcess(world.server, { ...horizon, script: ['fatal'] });
  const run = await world.run(horizon);
  expect(run.exitCode).toBe(0);
  expect(run.warnings[0]).toContain('it is fatal');
});

test.each([
  { kind: 'reset-after' },
  { kind: 'html', acts: true },
  { kind: 'status-after', status: 502 },
] as const)('a lost answer to the create request ($kind) leaves one process', async (fault) => {
  world.emulator.faults.add({ ...fault, on: `POST ${base}$` });
  const run = await world.run(horizon);
  expect(run.errors).toEqual([]);
  expect(run.outputs['outcome']).toBe('created');
  expect(kept()).toHaveLength(1);
  expect(writes()).toHaveLength(1);
});

test.each([
  ['the same derived name', {}, {}],
  ['names of their own', { name: 'horizon-a' }, { name: 'horizon-b' }],
])('two runs at once with %s leave one process, and both tell its id', async (_title, first, second) => {
  const runs = await Promise.all([world.run({ ...horizon, ...first }), world.run({ ...horizon, ...second })]);
  for (const run of runs) expect(run.errors).toEqual([]);
  const ids = kept().map(({ id }) => id);
  expect(ids).toHaveLength(1);
  expect(runs.map(({ outputs }) => outputs['process-id'])).toEqual([ids[0], ids[0]]);
});

describe('replace', () => {
  test('makes the new one first where its name is free', async () => {
    const old = world.emulator.forge.addProcess(world.server, { ...horizon, processes: 3 });
    const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'replace' });
    expect(run.outputs['outcome']).toBe('replaced');
    expect(writes().map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(kept()).toMatchObject([{ processes: 1, id: run.outputs['process-id'] }]);
    expect(run.outputs['process-id']).not.toBe(old.id);
    expect(violations(world)).toEqual([]);
  });

  test('deletes the old one first where it has the name, and waits until it is gone', async () => {
    await world.run({ ...horizon, processes: '3' });
    world.emulator.forge.options.removalLooks = 2;
    world.emulator.requests.length = 0;
    const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'replace' });
    expect(run.errors).toEqual([]);
    expect(run.outputs['outcome']).toBe('replaced');
    expect(writes().map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
    expect(kept()).toMatchObject([{ processes: 1 }]);
  });

  test('that may not delete names the scope and leaves the old one', async () => {
    await world.run({ ...horizon, processes: '3' });
    world.emulator.forge.options.scopes = ['server:view', 'server:create-daemons'];
    const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'replace' });
    expect(run.errors[0]).toContain('server:delete-daemons');
    expect(kept()).toMatchObject([{ processes: 3 }]);
  });

  test('that fails after the deletion says what is gone', async () => {
    await world.run({ ...horizon, processes: '3' });
    world.emulator.faults.add({ kind: 'status', status: 403, on: `POST ${base}$`, nth: 2 });
    const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'replace' });
    expect(run.errors[0]).toMatch(
      /it is deleted, and nothing has taken its place.*what is gone is \d+: 3 × "php8\.4 artisan horizon"/s,
    );
  });
});

test('reuse leaves another number of processes, with a warning', async () => {
  world.emulator.forge.addProcess(world.server, { ...horizon, processes: 3 });
  const run = await world.run({ ...horizon, processes: '1' });
  expect([run.outputs['outcome'], writes()]).toEqual(['unchanged', []]);
  expect(run.warnings[0]).toContain('processes: 3 → 1');
});

test('fail refuses a process that exists', async () => {
  const { id } = world.emulator.forge.addProcess(world.server, horizon);
  const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'fail' });
  expect(run.errors[0]).toContain(`exists already, as ${id}`);
});

test('a dry run writes nothing', async () => {
  const missing = await world.run({ ...horizon, processes: '1', 'dry-run': 'true' });
  expect(missing.outputs).toEqual({ 'process-id': '', status: '', outcome: 'would-create' });
  const { id } = world.emulator.forge.addProcess(world.server, { ...horizon, processes: 3 });
  const drifted = await world.run({ ...horizon, processes: '1', 'dry-run': 'true', 'if-exists': 'replace' });
  expect(drifted.outputs).toEqual({ 'process-id': id, status: 'running', outcome: 'would-replace' });
  expect(writes()).toEqual([]);
});

describe('refusals', () => {
  test('a 422 carries the names of the inputs', async () => {
    const run = await world.run({ ...horizon, processes: '1', site: '99999', user: 'nobody' });
    expect(run.errors[0]).toMatch(/(site|user): /);
    expect(run.errors[0]).not.toContain('site_id:');
  });

  test('a 403 names the scope that creating needs', async () => {
    world.emulator.forge.options.scopes = ['server:view'];
    expect((await world.run({ ...horizon, processes: '1' })).errors[0]).toContain('server:create-daemons');
  });

  test('a name that another process has is told', async () => {
    world.emulator.forge.addProcess(world.server, { command: 'other', name: 'horizon' });
    const run = await world.run({ ...horizon, processes: '1', name: 'horizon' });
    expect(run.errors[0]).toContain('Give another name');
    expect(kept()).toHaveLength(1);
  });

  test('a create request that was turned away by rate is sent again', async () => {
    world.emulator.faults.add({ kind: 'rate-limit', retryAfter: '1', on: `POST ${base}$` });
    const run = await world.run(horizon);
    expect(run.outputs['outcome']).toBe('created');
    expect(kept()).toHaveLength(1);
  });

  test('all that is wrong with the inputs is told at once, before any request', async () => {
    const run = await world.run({
      organization: '',
      command: '',
      processes: '0',
      directory: '/home\n/forge',
      startsecs: 'x',
      stopwaitsecs: '-1',
      'if-exists': 'update',
      'dry-run': 'maybe',
    });
    for (const name of [
      'organization',
      'command',
      'processes',
      'directory',
      'startsecs',
      'stopwaitsecs',
      'if-exists',
      'dry-run',
    ])
      expect(run.errors[0]).toContain(`- ${name}: `);
    expect(world.requests()).toEqual([]);
  });
});
