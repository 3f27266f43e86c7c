import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openReviewedShop } from './harness/pull-request.ts';
import type { StepRun } from './harness/run-action.ts';
import { openForge, type Shop } from './harness/shop.ts';

const file = '.github/forge-processes.yml';
const directory = '/home/forge/shop.example/current';

const manifest = `
servers:
  web-1:
    - name: horizon
      command: php8.4 artisan horizon
      directory: ${directory}
      processes: 1
    - command: php8.4 artisan queue:work redis
      user: root
      processes: 3
      stopwaitsecs: 60
      stopsignal: SIGTERM
`;

let world: Shop;

beforeEach(async () => {
  world = await openForge('forge/apply');
});

afterEach(() => world.emulator.close());

const apply = (inputs: Record<string, string> = {}, text = manifest): Promise<StepRun> =>
  world.apply(text, inputs);

const add = (given: Partial<Parameters<Shop['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });

describe('forge/apply makes servers run what the manifest declares', () => {
  test('max-deletes counts deletions, but no replacements, nor what an interrupted one has left', async () => {
    add({ directory, processes: 7 });
    add({ command: 'php8.4 artisan old' });
    const left = add({ command: 'php8.4 artisan queue:work redis', user: 'root', processes: 1 });
    add({ command: 'php8.4 artisan queue:work redis', user: 'root', processes: 3 });
    const refused = await apply({ prune: 'true', 'max-deletes': '0' });
    expect(refused.exitCode).toBe(1);
    expect(world.writes()).toEqual([]);
    expect(refused.errors[0]).toContain('1 to delete, and max-deletes allows 0');
    expect(refused.errors[0]).toContain('- delete "php8.4 artisan old" on web-1');
    const run = await apply({ prune: 'true', 'max-deletes': '1' });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ updated: '1', deleted: '2', unchanged: '1' });
    expect(run.log).toContain(left.id);
  });

  test('without prune, the plan says what of the rest of an interrupted replacement goes, and what is kept', async () => {
    for (const processes of [7, 1]) add({ directory, processes });
    add({ command: 'php8.4 artisan old' });
    const { summary } = await apply({ 'dry-run': 'true' });
    expect(summary).toContain(
      'What an interrupted replacement has left <strong>will be deleted</strong>. Processes that are not in the manifest are kept.',
    );
  });

  test('what forge/list hands out is found as declared, also with prune', async () => {
    for (const command of ['php8.4 artisan x # "y": \'z\'', 'yes', '007', 'größe → 🚀  x', 'x'.repeat(600)])
      add({ command, directory: command.length > 9 ? `${directory}/` : null });
    add({ user: 'isolated', processes: 40 });
    const listed = await world.run({ server: 'web-1' }, { action: 'forge/list' });
    const run = await apply({ prune: 'true', 'dry-run': 'true' }, listed.outputs['manifest-yaml']);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '6', deleted: '0' });
  });

  test('and waits until what is new is up, unless that is not asked for', async () => {
    world.forge.options.createScript = ['installing', 'fatal'];
    const run = await apply({ 'wait-timeout': '0' });
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(run.summary).toContain('The step did not wait for them');
  });

  test('and does not say that it did not wait for what it watches', async () => {
    world.forge.options.createScript = ['running'];
    const { summary } = await apply({ 'wait-timeout': '0', 'stable-for': '5' });
    expect(summary).toContain('up for 5 s');
    expect(summary).not.toContain('did not wait');
  });

  test('and looks by its id at what no list shows', async () => {
    world.forge.options.listLag = 3_600_000;
    expect((await apply()).errors).toEqual([]);
  });
});

test('reading more sites has more time', async () => {
  const declared = Array.from({ length: 30 }, (_, site) => `{ command: xyz, site: "${site + 1}" }`);
  world.faults.add({ kind: 'status', status: 429, on: 'GET .*/background-processes$', lasts: 150_000 });
  const run = await apply({ 'dry-run': 'true' }, `servers: { web-1: [${declared.join()}] }`);
  expect(run.errors).toEqual([]);
});

test('one comment on the pull request holds the plan, and a run that fails brings it up to date', async () => {
  await using shop = await openReviewedShop();
  shop.forge.addProcess(shop.server, { command: 'php8.4 artisan horizon', directory, processes: 4 });
  const planned = (text: string) =>
    shop.plan('', { organization: 'acme' }, { action: 'forge/apply', files: { [file]: text } });
  const body = () => shop.gitHub.comments.map((comment) => comment.body).join();
  expect((await planned(manifest)).warnings).toEqual([]);
  expect(body()).toContain('Plan for <code>acme</code>: 1 to replace, 1 to create');
  expect(body()).toContain('! 4 → 1 proc. php8.4 artisan horizon · replaced');
  await planned('servers: { web-1: [{ comand: x }] }');
  expect(shop.gitHub.comments).toHaveLength(1);
  expect(body()).toContain('is not a key of a process');
});
