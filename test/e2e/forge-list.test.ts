import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeWorld, startForge, violations } from './forge-world.ts';
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

describe('the list', () => {
  test('holds 75 processes over three pages, in order and none twice', async () => {
    const added = Array.from({ length: 75 }, (_, index) => add({ command: `run ${index}` }).id);
    const run = await world.run();
    expect(run.errors).toEqual([]);
    expect(idsOf(run)).toEqual(added);
    expect(run.outputs['count']).toBe('75');
    const base = `GET /${world.server.id}/background-processes?page[size]=30`;
    const requests = world.requests();
    expect(requests).toHaveLength(3);
    expect(requests[0]).toBe(base);
    for (const request of requests.slice(1)) expect(request).toContain(`${base}&page[cursor]=`);
    expect(violations(world)).toEqual([]);
  });

  test('gives each process under the names of the API', async () => {
    const { id } = add({ directory: '/home/forge/shop.example', createdAt: '2026-10-01T09:00:00Z' });
    const run = await world.run();
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toEqual([
      {
        id,
        command: 'php8.4 artisan horizon',
        user: 'forge',
        directory: '/home/forge/shop.example',
        processes: 1,
        status: 'running',
        created_at: '2026-10-01T09:00:00Z',
      },
    ]);
    expect(Object.keys(run.outputs)).toEqual(['processes-json', 'ids-json', 'count', 'manifest-yaml']);
    expect(run.log).toContain(`${id}  running  forge  1 × php8.4 artisan horizon`);
    expect(run.summary).toContain('1 background process');
  });

  test.each([
    [{ user: 'root' }, 'filter[user]=root'],
    [{ directory: '/home/forge/shop.example' }, 'filter[directory]=/home/forge/shop.example'],
    [{ site: '77' }, 'filter[site_id]=77'],
    [{ sort: 'user' }, 'sort=user'],
    [{ sort: '-user' }, 'sort=-user'],
  ])('%j arrives as documented', async (inputs: Record<string, string>, query) => {
    expect((await world.run(inputs)).exitCode).toBe(0);
    expect(world.requests()).toEqual([`GET /${world.server.id}/background-processes?${query}&page[size]=30`]);
    expect(violations(world)).toEqual([]);
  });

  test('a site by its name is filtered by its id', async () => {
    add({ siteId: Number(world.site.id) });
    add();
    const run = await world.run({ server: 'web-1', site: 'shop.example' });
    expect(run.outputs['count']).toBe('1');
    expect(world.requests().at(-1)).toContain(`filter[site_id]=${world.site.id}`);
  });

  test('a part of the command is matched on this side, white space folded', async () => {
    const { id } = add({ command: 'php8.4  artisan   queue:work --queue=high' });
    add();
    const run = await world.run({ command: 'artisan queue:work' });
    expect(idsOf(run)).toEqual([id]);
    expect(world.requests()).toEqual([`GET /${world.server.id}/background-processes?page[size]=30`]);
  });

  test('without a match is empty, and no failure', async () => {
    const run = await world.run();
    expect([run.exitCode, run.outputs]).toEqual([
      0,
      {
        'processes-json': '[]',
        'ids-json': '[]',
        count: '0',
        'manifest-yaml': expect.stringContaining(`servers:\n  "${world.server.id}": []`),
      },
    ]);
  });

  test('text from the server stays text in log and summary', async () => {
    add({ command: '::error::<img src=x> ##[error]no' });
    const run = await world.run();
    expect(run.errors).toEqual([]);
    expect(run.summary).not.toContain('<img');
  });
});

describe('the manifest', () => {
  test('declares what is there, by the name that was given, also in the summary', async () => {
    add({ directory: '/home/forge/shop.example', processes: 3 });
    const run = await world.run({ server: 'web-1' });
    expect(
      run.outputs['manifest-yaml'],
    ).toBe(`# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/laravel-background-process/v1/schema/forge-processes.schema.json
servers:
  web-1:
    - command: php8.4 artisan horizon
      directory: /home/forge/shop.example
      processes: 3
`);
    expect(run.summary).toContain('servers:&#10;  web-1:&#10;    - command: php8.4 artisan horizon&#10;');
  });

  test('says what a filter leaves out, on one line whatever the filter', async () => {
    add({ siteId: Number(world.site.id) });
    const run = await world.run({ site: 'shop.example', command: 'artisan\nhorizon' });
    expect(run.outputs['manifest-yaml']?.split('\n').slice(1)).toEqual([
      '# Only those with site shop.example, command with "artisan horizon": with prune, the others would go.',
      'servers:',
      `  "${world.server.id}":`,
      '    - command: php8.4 artisan horizon',
      '      site: shop.example',
      '      processes: 1',
      '',
    ]);
  });
});

describe('the inputs', () => {
  test('another sort is refused before any request', async () => {
    const run = await world.run({ sort: 'name' });
    expect(run.errors).toEqual([
      'A problem with the inputs: sort: must be user or -user, not "name". No request was made.',
    ]);
    expect(world.requests()).toEqual([]);
  });

  test('all that is wrong is told at once, before any request', async () => {
    const run = await world.run({
      organization: '',
      server: '',
      sort: 'user,-user',
      'require-status': 'running,,',
      'min-count': '-1',
      'wait-timeout': 'soon',
    });
    expect(run.errors).toHaveLength(1);
    for (const name of ['organization', 'server', 'sort', 'require-status', 'min-count', 'wait-timeout'])
      expect(run.errors[0]).toContain(`- ${name}: `);
    expect(world.requests()).toEqual([]);
  });

  test('a wait for nothing is refused', async () => {
    const run = await world.run({ 'wait-timeout': '60' });
    expect(run.errors[0]).toContain('wait-timeout: has no effect without require-status or min-count');
  });

  test('the token may come from the environment', async () => {
    const run = await world.run({ token: '' }, { env: { FORGE_TOKEN: world.emulator.token } });
    expect(run.exitCode).toBe(0);
    const both = { FORGE_API_TOKEN: world.emulator.token, FORGE_TOKEN: 'of-somewhere-else' };
    expect((await world.run({ token: '' }, { env: both })).exitCode).toBe(0);
  });

  test('a missing token tells where to get one', async () => {
    const run = await world.run({ token: '' });
    expect(run.errors[0]).toContain('secrets.FORGE_API_TOKEN');
  });
});

describe('the gate', () => {
  test('opens when all are running', async () => {
    add();
    const run = await world.run({ 'require-status': 'running', 'min-count': '1' });
    expect([run.exitCode, run.warnings]).toEqual([0, []]);
    expect(run.summary).toMatch(/^<h3>✅ 1 background process on .*: all as required<\/h3>/);
  });

  test('opens for installed, and for running in its place', async () => {
    add({ script: ['installed'] });
    add();
    expect((await world.run({ 'require-status': 'installed' })).exitCode).toBe(0);
  });

  test('waits from starting to running', async () => {
    add({ script: ['starting', 'running'] });
    const run = await world.run({ 'require-status': 'running', 'wait-timeout': '30' });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toMatchObject([{ status: 'running' }]);
    expect(run.log).toContain('is starting');
  });

  test('one good look at a process that crashes opens nothing', async () => {
    const { id } = add({ script: ['running', 'backoff'] });
    const run = await world.run({ 'require-status': 'running' });
    expect(run.errors[0]).toContain(`${id} is backoff`);
  });

  test('stays shut for backoff until the deadline, and sets the outputs all the same', async () => {
    const { id } = add({ script: ['backoff'] });
    const run = await world.run({ 'require-status': 'running', 'wait-timeout': '1.5' });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain(`1 of 1 is not running: ${id} is backoff`);
    expect(run.outputs['count']).toBe('1');
  });

  test.each(['fatal', 'exited'])('fails at once on %s', async (status) => {
    const { id } = add({ script: [status] });
    const run = await world.run({ 'require-status': 'running', 'wait-timeout': '600' });
    expect(run.errors[0]).toContain(`${id} (php8.4 artisan horizon) is ${status}`);
    expect(idsOf(run)).toEqual([id]);
  });

  test.each(['unknown', 'a-word-never-seen'])('waits out %s', async (status) => {
    add({ script: [status, 'running'] });
    expect((await world.run({ 'require-status': 'running', 'wait-timeout': '30' })).exitCode).toBe(0);
  });

  test('fails for too few', async () => {
    add();
    const run = await world.run({ 'min-count': '2' });
    expect(run.errors[0]).toContain('1 process matches, and min-count is 2');
  });

  test('warns when it opens for no process at all', async () => {
    const run = await world.run({ 'require-status': 'running' });
    expect(run.exitCode).toBe(0);
    expect(run.warnings[0]).toContain('min-count: 1');
  });

  test('points out a word that Forge is not known to use', async () => {
    add();
    const run = await world.run({ 'require-status': 'runing' });
    expect(run.warnings[0]).toContain('"runing"');
    expect(run.warnings[0]).toContain('Did you mean "running"?');
    expect(run.exitCode).toBe(1);
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
  expect(run.errors[0]).toBe('Cancelled while waiting at the gate. Nothing was changed.');
});

describe('refusals', () => {
  test('a 401 says that the token is not valid', async () => {
    world.emulator.access.token = 'another';
    const run = await world.run();
    expect(run.errors[0]).toContain('The token is not valid');
  });

  test('a 403 names the scope', async () => {
    world.emulator.forge.options.scopes = [];
    const run = await world.run();
    expect(run.errors[0]).toContain('server:view');
  });

  test('a 404 names organization and server', async () => {
    const server = await world.run({ server: '999' });
    expect(server.errors[0]).toContain('Check organization (acme');
    expect(server.errors[0]).toContain('server (999)');
    const organization = await world.run({ organization: 'Acme Inc.', server: 'web-1' });
    expect(organization.errors[0]).toContain('Check organization: it must be the organization’s slug');
  });

  test('a server name that nothing has lists the servers', async () => {
    const run = await world.run({ server: 'web' });
    expect(run.errors[0]).toContain(`there is web-1 (${world.server.id})`);
  });

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
