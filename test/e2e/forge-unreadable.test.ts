import { describe, expect, test } from 'vitest';
import { withAttributes, withId } from '../emulator/edits.ts';
import { type ForgeWorld, startForge } from './forge-world.ts';

const command = 'php8.4 artisan horizon';
/** Its user did not come back, so it cannot be told which process it is. */
const odd = { command, user: null, directory: null, processes: 1, status: 'running' };
const why = '99 (its user is not known)';

/** A world in which every list of processes also shows one that is not as documented. */
async function startOdd(action: string, attributes: object): Promise<ForgeWorld> {
  const world = await startForge(action);
  world.emulator.faults.add({
    kind: 'edit',
    on: 'GET .*/background-processes(\\?|$)',
    times: Infinity,
    edit: (answer) => {
      const body = answer.body as { data: unknown[] };
      return { ...answer, body: { ...body, data: [...body.data, { id: '99', attributes }] } };
    },
  });
  return world;
}

const writes = ({ emulator }: ForgeWorld) => emulator.requests.filter(({ method }) => method !== 'GET');

describe.concurrent('a process that is not told in full', () => {
  test.each([
    ['that may be the declared one', {}, why],
    ['that tells no command', { command: null, user: 'forge' }, '99 (its command is not known)'],
    ['that tells nothing', { command: null }, '99 (its command and user are not known)'],
  ])('%s is an error, and nothing is created', async (_, given, said) => {
    await using world = await startOdd('forge', { ...odd, ...given });
    const run = await world.run({ command });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`it may exist already as ${said}`);
    expect(writes(world)).toEqual([]);
  });

  test('of another type is no process, and gets in nobody’s way', async () => {
    await using world = await startForge('forge/list');
    world.emulator.faults.add({
      kind: 'edit',
      on: 'GET',
      times: Infinity,
      edit: (answer) => {
        const body = answer.body as { data: unknown[] };
        const other = { id: '99', type: 'scheduledJobs', attributes: { cron: '* * * * *' } };
        return { ...answer, body: { ...body, data: [...body.data, other] } };
      },
    });
    world.emulator.forge.addProcess(world.server, { command });
    const run = await world.run({ 'require-status': 'running' });

    expect(run.errors).toEqual([]);
    expect(run.warnings).toEqual([]);
    expect(run.outputs['count']).toBe('1');
  });

  test('is not called absent', async () => {
    await using world = await startOdd('forge/delete', odd);
    const run = await world.run({ command });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`it may exist already as ${why}`);
    expect(run.outputs['outcome']).toBeUndefined();
    expect(writes(world)).toEqual([]);
  });

  test('keeps a delete of all from passing it over', async () => {
    await using world = await startOdd('forge/delete', odd);
    world.emulator.forge.addProcess(world.server, { command });
    const run = await world.run({ command, all: 'true' });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`it may exist already as ${why}`);
    expect(writes(world)).toEqual([]);
  });

  test('is not called absent when what matched with it has gone', async () => {
    await using world = await startOdd('forge/delete', odd);
    world.emulator.forge.addProcess(world.server, { command, script: ['removing'] });
    const run = await world.run({ command });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`it may exist already as ${why}`);
  });

  test('is pointed out where a manifest declares it, and is not made a second time', async () => {
    await using world = await startOdd('forge/apply', odd);
    const manifest = `servers:\n  ${world.server.id}:\n    - command: ${command}\n`;
    const run = await world.run({}, { files: { '.github/forge-processes.yml': manifest } });

    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`${command}" of user forge: ${why}`);
    expect(writes(world)).toEqual([]);
  });

  test('is listed, and left out of the manifest, which says so', async () => {
    await using world = await startOdd('forge/list', odd);
    const { id } = world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan pulse:check' });
    const run = await world.run();

    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify([id, '99']));
    expect(run.warnings[0]).toContain(`Left out of the manifest: ${why}`);
    expect(run.outputs['manifest-yaml']).toContain('# Left out of the manifest: 99');
  });

  test('keeps a gate shut, unless it cannot be meant', async () => {
    await using world = await startOdd('forge/list', { ...odd, status: null });
    world.emulator.forge.addProcess(world.server, { command });
    const shut = await world.run({ 'require-status': 'running' });
    expect(shut.exitCode).toBe(1);
    expect(shut.errors[0]).toContain('99 (its user is not known) is unknown');

    world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan pulse:check' });
    const open = await world.run({ 'require-status': 'running', command: 'pulse:check' });
    expect(open.errors).toEqual([]);
    expect(open.warnings).toEqual([]);
  });

  test('is restarted with all others: for that its id is enough', async () => {
    await using world = await startForge('forge/restart');
    const all = [1, 2].map(() => world.emulator.forge.addProcess(world.server, { command }).id);
    const edit = withAttributes({ command: null, user: null });
    world.emulator.faults.add({ kind: 'edit', on: 'GET', times: Infinity, edit });
    const run = await world.run();

    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify(all));
    expect(run.warnings).toEqual([]);
  });

  test('is not restarted where the command decides, and that is told', async () => {
    await using world = await startOdd('forge/restart', { ...odd, command: null, user: 'forge' });
    const { id } = world.emulator.forge.addProcess(world.server, { command });
    const run = await world.run({ command: 'horizon' });

    expect(run.errors).toEqual([]);
    expect(run.outputs['ids-json']).toBe(JSON.stringify([id]));
    expect(run.warnings[0]).toContain('Not restarted: 99 (its command is not known)');
  });

  test('is none that only has no status yet: that one counts as unknown', async () => {
    await using world = await startOdd('forge', { ...odd, user: 'forge', status: null });
    const run = await world.run({ command });

    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': '99', status: 'unknown' });
  });
});

test.each([
  ['forge', { command, processes: '9' }],
  ['forge/apply', {}],
])('%s warns of a new process that does not have the declared number', async (action, inputs) => {
  await using world = await startForge(action);
  const edit = withAttributes({ processes: 5 });
  world.emulator.faults.add({ kind: 'edit', on: /background-processes/, times: Infinity, edit });
  const files = {
    '.github/forge-processes.yml': `servers: { web-1: [{ command: ${command}, processes: 9 }] }`,
  };
  const run = await world.run(inputs, { files });

  expect(run.errors).toEqual([]);
  expect(run.warnings.join()).toMatch(/has processes 5 \(declared: 9\).* did not accept the declared/);
  expect(run.summary).not.toContain('Differs, not changed');
});

describe('a number of processes that Forge does not report', () => {
  const unnumbered = { command, user: 'forge', directory: null, status: 'running' };

  test('is called unknown, and not the default', async () => {
    await using world = await startOdd('forge', unnumbered);
    const run = await world.run({ command });

    expect(run.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': '99' });
    expect(run.summary).toContain('<th align="left">Processes</th><td><code>unknown</code></td>');
  });

  test('is null in the JSON of a list, and a question mark in its log', async () => {
    await using world = await startOdd('forge/list', unnumbered);
    const run = await world.run({});

    expect(run.outputs['processes-json']).toContain('"processes":null');
    expect(run.log).toContain(`99  running  forge  ? × ${command}`);
  });
});

test.each(['forge/delete', 'forge/restart'])(
  '%s does nothing to another process than the one that was asked for',
  async (action) => {
    await using world = await startForge(action);
    const asked = world.emulator.forge.addProcess(world.server, { command });
    const other = world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan pulse:check' });
    world.emulator.faults.add({ kind: 'edit', on: 'GET', times: Infinity, edit: withId(other.id) });
    const run = await world.run({ 'process-id': asked.id });

    expect(run.exitCode).toBe(1);
    expect(writes(world)).toEqual([]);
  },
);

describe.concurrent('a declared number, where Forge reports none that can be read', () => {
  const declared = `servers: { web-1: [{ command: ${command}, processes: 3 }] }`;

  test.each([
    ['forge, where it is missing', undefined, { command, processes: '3', 'if-exists': 'replace' }],
    ['forge, where it is a word', 'three', { command, processes: '3', 'if-exists': 'replace' }],
    ['forge/apply, where it is missing', undefined, {}],
  ])('is not a reason for %s to replace the process on every run', async (title, processes, inputs) => {
    await using world = await startForge(title.split(',')[0] ?? '');
    const edit = withAttributes({ processes });
    world.emulator.faults.add({ kind: 'edit', on: 'background-processes', times: Infinity, edit });
    const files = { '.github/forge-processes.yml': declared };
    const run = () => world.run(inputs, { files });
    const steps = [await run(), await run(), await run()];

    expect(steps.at(-1)?.warnings.join()).toContain('does not report how many processes');
    const outcomes = steps.map(({ outputs }) => outputs['outcome']);
    expect(outcomes.slice(1)).toEqual(['unchanged', 'unchanged']);
    expect(writes(world).map(({ method }) => method)).toEqual(['POST']);
  });
});
