import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeGitHub } from '../runner/fake-github.ts';
import { type ForgeWorld, startForge, violations } from './forge-world.ts';
import type { ActionOptions, StepRun } from './harness/run-action.ts';

const file = '.github/forge-processes.yml';

const manifest = `
servers:
  web-1:
    - name: horizon
      command: php8.4 artisan horizon
      directory: /home/forge/shop.example/current
      processes: 1
    - command: php8.4 artisan queue:work redis
      user: root
      processes: 3
      stopwaitsecs: 60
      stopsignal: SIGTERM
`;

let world: ForgeWorld;

beforeEach(async () => {
  world = await startForge('forge/apply');
});

afterEach(async () => {
  expect(violations(world)).toEqual([]);
  await world[Symbol.asyncDispose]();
});

async function apply(
  inputs: Record<string, string> = {},
  { text = manifest, ...options }: Partial<ActionOptions> & { text?: string } = {},
): Promise<StepRun> {
  return await world.run(inputs, { files: { [file]: text }, ...options });
}

const add = (given: Partial<Parameters<ForgeWorld['emulator']['forge']['addProcess']>[1]> = {}) =>
  world.emulator.forge.addProcess(world.server, { command: 'php8.4 artisan horizon', ...given });
const writes = () =>
  world.emulator.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
describe('forge/apply makes servers run what the manifest declares', () => {
  test('max-deletes counts deletions, and no replacements', async () => {
    add({ command: 'php8.4 artisan horizon', directory: '/home/forge/shop.example/current', processes: 7 });
    add({ command: 'php8.4 artisan old' });
    const refused = await apply({ prune: 'true', 'max-deletes': '0' });
    expect(refused.exitCode).toBe(1);
    expect(writes()).toEqual([]);
    expect(refused.errors[0]).toContain('1 to delete, and max-deletes allows 0');
    expect(refused.errors[0]).toContain('- delete "php8.4 artisan old" on web-1');
    const run = await apply({ prune: 'true', 'max-deletes': '1' });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ updated: '1', deleted: '1' });
  });

  test('max-deletes does not count the process that an interrupted replacement has left', async () => {
    const left = add({ directory: '/home/forge/shop.example/current', processes: 7 });
    const successor = add({ directory: '/home/forge/shop.example/current' });
    const text = 'servers: { web-1: [{ command: php8.4 artisan horizon, processes: 1 }] }';
    const run = await apply({ 'max-deletes': '0' }, { text });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ deleted: '1', unchanged: '1' });
    expect(world.emulator.forge.listProcesses(world.server)).toMatchObject([{ id: successor.id }]);
    expect(run.log).toContain(left.id);
  });

  test('a site is looked up, and only its processes are those of the declaration', async () => {
    const elsewhere = add();
    const ofSite = add({ siteId: Number(world.site.id) });
    const text = 'servers: { web-1: [{ command: php8.4 artisan horizon, site: shop.example }] }';
    const run = await apply({ prune: 'true', 'dry-run': 'true' }, { text });
    const plan: { action: string; process_id: string }[] = JSON.parse(run.outputs['plan-json'] ?? '');
    expect(plan.map(({ action, process_id }) => `${action} ${process_id}`)).toEqual([
      `keep ${ofSite.id}`,
      `delete ${elsewhere.id}`,
    ]);
  });

  test('what forge/list hands out is found as declared, also with prune', async () => {
    for (const command of ['php8.4 artisan x # "y": \'z\'', 'yes', '007', 'größe → 🚀  x', 'x'.repeat(600)])
      add({ command, directory: command.length > 9 ? '/home/forge/shop.example/current/' : null });
    add({ user: 'isolated', processes: 40 });
    const listed = await world.run({ server: 'web-1' }, { action: 'forge/list' });
    const run = await apply(
      { prune: 'true', 'dry-run': 'true' },
      { text: listed.outputs['manifest-yaml'] ?? '' },
    );
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '6', deleted: '0' });
  });
});

describe('the step waits until what is new is up', () => {
  test('unless that is not asked for', async () => {
    world.emulator.forge.options.createScript = ['installing', 'fatal'];
    const run = await apply({ 'wait-timeout': '0' });
    expect([run.exitCode, run.errors]).toEqual([0, []]);
  });
});

test('one comment on the pull request holds the plan, and a run that fails brings it up to date', async () => {
  const gitHub = await startFakeGitHub();
  try {
    add({ directory: '/home/forge/shop.example/current', name: 'horizon', processes: 4 });
    const repo = { full_name: 'acme/shop' };
    const on = {
      env: { GITHUB_API_URL: gitHub.url },
      event: { pull_request: { number: 7, head: { repo }, base: { repo } } },
    };
    const body = () => gitHub.comments.map((comment) => comment.body).join();
    const comment = { comment: 'true', 'dry-run': 'true' };
    expect((await apply(comment, on)).warnings).toEqual([]);
    expect(body()).toContain('Plan for <code>acme</code>: 1 to replace, 1 to create');
    expect(body()).toContain('! 4 → 1 proc. php8.4 artisan horizon · replaced');
    await apply(comment, { ...on, text: 'servers: { web-1: [{ comand: x }] }' });
    expect(gitHub.comments).toHaveLength(1);
    expect(body()).toContain('is not a key of a process');
  } finally {
    await gitHub.close();
  }
});
