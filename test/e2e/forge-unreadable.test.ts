import { describe, expect, test } from 'vitest';
import { editList, withAttributes, withId } from '../emulator/edits.ts';
import { openForge, type Shop } from './harness/shop.ts';

const command = 'php8.4 artisan horizon';
const listing = 'GET .*/background-processes$';
/** Its user did not come back, so it cannot be told which process it is. */
const odd = { command, user: null, directory: null, processes: 1, status: 'running' };
const why = '99 (its user is not known)';
const files = {
  '.github/forge-processes.yml': `servers: { web-1: [{ command: ${command}, processes: 3 }] }`,
};

/** A world in which every list of processes also shows one that is not as documented. */
async function startOdd(action: string, attributes: object, type?: string): Promise<Shop> {
  const world = await openForge(action);
  const edit = editList((data) => [...data, { id: '99', type, attributes }]);
  world.faults.add({ kind: 'edit', on: listing, times: Infinity, edit });
  return world;
}

describe.concurrent('a process that is not told in full', () => {
  test.each([
    ['forge', 'is an error, and nothing is created', { command }],
    ['forge/delete', 'is not called absent', { command }],
    ['forge/apply', 'is not made a second time', {}],
  ])('%s: %s', async (action, _, inputs) => {
    await using world = await startOdd(action, odd);
    const run = await world.run(inputs, { files });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(why);
    expect(run.outputs['outcome']).toBeUndefined();
    expect(world.writes()).toEqual([]);
  });

  test('is listed, with unknown numbers, and left out of the manifest, which says so', async () => {
    await using world = await startOdd('forge/list', { ...odd, processes: undefined });
    const { id } = world.forge.addProcess(world.server, { command: 'php8.4 artisan pulse:check' });
    const run = await world.run();

    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify([id, '99']));
    expect(run.outputs['processes-json']).toContain('"processes":null');
    expect(run.log).toContain(`? × ${command}`);
    expect(run.warnings[0]).toContain(`Left out of the manifest: ${why}`);
    expect(run.outputs['manifest-yaml']).toContain('# Left out of the manifest: 99');
  });

  test('is not restarted where the command decides, and that is told', async () => {
    await using world = await startOdd('forge/restart', { ...odd, command: null, user: 'forge' });
    const { id } = world.forge.addProcess(world.server, { command });
    const run = await world.run({ command: 'horizon' });

    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify([id]));
    expect(run.warnings[0]).toContain('Not restarted: 99 (its command is not known)');
  });

  test('is none that only has no status and no number yet: these count as unknown', async () => {
    await using world = await startOdd('forge', { command, user: 'forge', directory: null });
    const run = await world.run({ command });

    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': '99', status: 'unknown' });
    expect(run.summary).toContain('<th align="left">Processes</th><td><code>unknown</code></td>');
  });
});

test('a resource of another type is no process, and gets in nobody’s way', async () => {
  await using world = await startOdd('forge/list', { cron: '* * * * *' }, 'scheduledJobs');
  world.forge.addProcess(world.server, { command });
  const run = await world.run({ 'require-status': 'running' });

  expect([run.errors, run.warnings]).toEqual([[], []]);
  expect(run.outputs['count']).toBe('1');
});

test.each([
  ['forge', { command, processes: '3' }],
  ['forge/apply', {}],
])('%s warns of a new process that does not have the declared number', async (action, inputs) => {
  await using world = await openForge(action);
  const edit = withAttributes({ processes: 5 });
  world.faults.add({ kind: 'edit', on: 'background-processes', times: Infinity, edit });
  const run = await world.run(inputs, { files });

  expect(run.errors).toEqual([]);
  expect(run.warnings.join()).toMatch(/has processes 5 \(declared: 3\).* did not accept the declared/);
  expect(run.summary).not.toContain('Differs, not changed');
});

test.each(['forge/delete', 'forge/restart'])(
  '%s does nothing to another process than the one that was asked for',
  async (action) => {
    await using world = await openForge(action);
    const asked = world.forge.addProcess(world.server, { command });
    const other = world.forge.addProcess(world.server, { command: 'php8.4 artisan pulse:check' });
    world.faults.add({ kind: 'edit', on: 'GET', times: Infinity, edit: withId(other.id) });
    const run = await world.run({ 'process-id': asked.id });

    expect(run.exitCode).toBe(1);
    expect(world.writes()).toEqual([]);
  },
);

test('a number that Forge does not report is no reason to replace the process on every run', async () => {
  await using world = await openForge('forge/apply');
  const edit = withAttributes({ processes: undefined });
  world.faults.add({ kind: 'edit', on: 'background-processes', times: Infinity, edit });
  await world.run({}, { files });
  const again = await world.run({}, { files });

  expect(again.warnings.join()).toContain('does not report how many processes');
  expect(again.outputs['outcome']).toBe('unchanged');
  expect(world.writes()).toEqual([expect.stringMatching(/^POST/)]);
});
