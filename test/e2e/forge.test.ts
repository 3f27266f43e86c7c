import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge } from './forge-world.ts';

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
  test('that may not delete names the scope and leaves the old one', async () => {
    await world.run({ ...horizon, processes: '3' });
    world.emulator.forge.options.scopes = ['server:view', 'server:create-daemons'];
    const run = await world.run({ ...horizon, processes: '1', 'if-exists': 'replace' });
    expect(run.errors[0]).toContain('server:delete-daemons');
    expect(kept()).toMatchObject([{ processes: 3 }]);
  });
});
