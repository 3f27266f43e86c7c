import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { type FakeGitHub, startFakeGitHub } from '../runner/fake-github.ts';
import { type ActionOptions, expectNoToken, runAction, type StepRun } from './harness/run-action.ts';

const file = '.github/background-processes.yml';

const manifest = `
defaults:
  instances:
    App:
      - { type: worker, config: { queue: high, tries: 3 } }
environments:
  production:
    instances:
      App:
        - { type: worker, processes: 5, config: { queue: high } }
  staging: {}
  "preview/*":
    defaults: false
    instances: { App: [{ type: worker }] }
`;

const pullRequest = {
  pull_request: {
    number: 7,
    head: { sha: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678', repo: { full_name: 'acme/shop' } },
    base: { repo: { full_name: 'acme/shop' } },
  },
};

let emulator: Emulator;
let gitHub: FakeGitHub;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  [emulator, gitHub] = await Promise.all([startEmulator(), startFakeGitHub()]);
  shop = seedShop(emulator);
});

afterEach(async () => {
  expect(emulator.requests.flatMap(({ violations }) => violations)).toEqual([]);
  await Promise.all([emulator.close(), gitHub.close()]);
});

async function apply(
  inputs: Record<string, string> = {},
  { text = manifest, ...options }: Partial<ActionOptions> & { text?: string } = {},
): Promise<StepRun> {
  const run = await runAction({
    action: 'apply',
    time: emulator.time,
    inputs: { token: emulator.token, 'api-url': emulator.url, ...inputs },
    files: { [file]: text },
    ...options,
  });
  expectNoToken(run, emulator.token);
  return run;
}

function add(name: string, branch = name) {
  const environment = emulator.cloud.addEnvironment(shop.application, { name, branch });
  return { environment, instance: emulator.cloud.addInstance(environment, {}) };
}

const requests = (): string[] =>
  emulator.requests.map(({ method, path }) => `${method} ${path.replace(/^\/api/, '')}`);
const writes = (): string[] => requests().filter((request) => !request.startsWith('GET'));
const environmentsIn = (run: StepRun): Record<string, unknown>[] =>
  JSON.parse(run.outputs['environments-json'] ?? '[]');

describe('apply serves all environments of a file', () => {
  test('each gets its own processes, and a second run sends N + 2 requests and changes nothing', async () => {
    const staging = add('staging');
    const preview = add('preview/login');
    add('other');
    const run = await apply();
    expect(run.errors).toEqual([]);
    expect(emulator.cloud.listProcesses(shop.instance)).toMatchObject([
      { processes: 5, config: { queue: 'high', tries: 3 } },
    ]);
    expect(emulator.cloud.listProcesses(staging.instance)).toMatchObject([
      { processes: 1, config: { queue: 'high', tries: 3 } },
    ]);
    expect(emulator.cloud.listProcesses(preview.instance)).toHaveLength(1);
    expect(run.outputs).toMatchObject({ outcome: 'changed', created: '3', 'environment-id': '' });
    expect(environmentsIn(run)).toMatchObject([
      { environment: 'production', environment_id: shop.environment.id, outcome: 'changed', created: 1 },
      { environment: 'staging', created: 1, deployment_id: null, error: null },
      { environment: 'preview/login', created: 1 },
    ]);
    expect(JSON.parse(run.outputs['plan-json'] ?? '')).toMatchObject([
      { action: 'create', environment: 'production', instance: 'App' },
      { action: 'create', environment: 'staging' },
      { action: 'create', environment: 'preview/login' },
    ]);

    emulator.requests.length = 0;
    const second = await apply();
    expect(second.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '3' });
    expect(requests()).toHaveLength(5);
  });

  test('with environment, only that one is served; with a pattern, only its environments', async () => {
    add('staging');
    const [a, b] = [add('preview/a'), add('preview/b')];
    const one = await apply({ environment: 'staging' });
    expect(one.errors).toEqual([]);
    expect(one.outputs).toMatchObject({ created: '1', 'environment-id': expect.stringMatching(/^env-/) });
    expect(one.summary).toContain('<code>staging</code>: 1 created');
    const previews = await apply({ environment: 'preview/*' });
    expect(previews.errors).toEqual([]);
    expect(environmentsIn(previews).map(({ environment_id }) => environment_id)).toEqual([
      a.environment.id,
      b.environment.id,
    ]);
    const unknown = await apply({ environment: 'stagin' });
    expect(unknown.errors[0]).toContain('Did you mean');
    add('other');
    const undeclared = await apply({ environment: 'other' });
    expect(undeclared.errors[0]).toContain('no key and no pattern of the manifest means it');
  });

  test('one mistake in one environment, and nothing is written anywhere', async () => {
    const staging = add('staging');
    for (let twin = 0; twin < 2; twin++)
      emulator.cloud.addProcess(staging.instance, { type: 'worker', config: { queue: 'high' } });
    const run = await apply();
    expect(run.exitCode).toBe(1);
    expect(writes()).toEqual([]);
    expect(run.errors[0]).toContain('staging, App: 2 processes match');

    const missing = await apply({}, { text: `${manifest}  qa: {}\n  stagin: {}\n` });
    expect(missing.exitCode).toBe(1);
    expect(writes()).toEqual([]);
    expect(missing.errors.join('\n')).toContain('"qa"');
    expect(missing.errors.join('\n')).toContain('"stagin"');
  });

  test('a preview without its cluster, and a pattern without environments, are left out with a notice', async () => {
    add('staging');
    emulator.cloud.addEnvironment(shop.application, { name: 'preview/new', branch: 'preview/new' });
    const text = `${manifest}  "demo/*": {}\n`;
    const run = await apply({}, { text });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ created: '2' });
    const notices = run.notices.join('\n');
    expect(notices).toContain('preview/new is left out');
    expect(notices).toContain('The pattern "demo/*"');
  });

  test('one that fails holds up no other, and is named', async () => {
    const staging = add('staging');
    emulator.faults.add({
      kind: 'status',
      status: 422,
      body: { message: 'Invalid.', errors: { 'config.tries': ['Too many.'] } },
      on: `POST ${shop.instance.id}/background-processes$`,
      nth: 1,
    });
    const run = await apply({ redeploy: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain('1 of 2 environments failed');
    expect(run.errors[0]).toContain('"production": 1 of 1 change not made:\n- Failed: create worker ');
    expect(run.errors[0]).toContain('Done: the other 1.');
    expect(run.summary).toMatch(/<h4>❌ <code>production<\/code>: 1 of 1 change not made<\/h4>/);
    expect(emulator.cloud.listRunning(staging.instance)).toHaveLength(1);
    expect(environmentsIn(run)).toMatchObject([
      {
        environment: 'production',
        outcome: null,
        created: 0,
        deployment_id: null,
        error: expect.stringContaining('Too many'),
      },
      { environment: 'staging', created: 1, deployment_id: expect.stringMatching(/^depl/), error: null },
    ]);
  });

  test('each that changed is deployed once, and one that did not is not', async () => {
    const staging = add('staging');
    emulator.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
    await apply({ environment: 'staging', redeploy: 'true' });
    const run = await apply({ redeploy: 'true' });
    expect(run.errors).toEqual([]);
    expect(emulator.cloud.deployments).toHaveLength(2);
    expect(emulator.cloud.listRunning(shop.instance)).toHaveLength(1);
    expect(emulator.cloud.listRunning(staging.instance)).toHaveLength(1);
    expect(run.summary).not.toContain('not live yet');
  });

  test('max-deletes counts over the file', async () => {
    const staging = add('staging');
    for (const instance of [shop.instance, staging.instance])
      for (const queue of ['a', 'b', 'c'])
        emulator.cloud.addProcess(instance, { type: 'worker', config: { queue } });
    const run = await apply({ prune: 'true' });
    expect(run.errors[0]).toContain('6 to delete, and max-deletes allows 5');
    expect(run.errors[0]).toContain('- delete worker c on staging, App');
    expect(writes()).toEqual([]);
  });

  test('an environment named twice, and an application that differs, are errors before anything else', async () => {
    const run = await apply({ application: 'other' }, { text: `application: shop\n${manifest}` });
    expect(run.errors[0]).toContain('application: is "other"');
    expect(requests()).toEqual([]);
  });

  test('an application of the file that nobody has is a mistake on its line', async () => {
    const run = await apply({}, { text: `\napplication: shoop${manifest}` });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/::error .*file=.github\/background-processes.yml,line=2/);
    expect(run.errors[0]).toContain('Did you mean "shop"');
    expect(run.errors[0]).toContain('Correct the application in the manifest');
  });

  test('one comment shows each environment that changes, and the others in one line', async () => {
    add('staging');
    await apply({ environment: 'staging' });
    const options = { event: pullRequest, env: { GITHUB_API_URL: gitHub.url } };
    const run = await apply({ 'dry-run': 'true', comment: 'true' }, options);
    expect(run.errors).toEqual([]);
    add('preview/x');
    await apply({ 'dry-run': 'true', comment: 'true' }, options);
    expect(gitHub.comments).toHaveLength(1);
    const body = gitHub.comments[0]?.body ?? '';
    expect(body).toContain('Plan for <code>shop</code>: 2 to create');
    expect(body).toContain('<h4><code>production</code>: 1 to create</h4>');
    expect(body).toContain('<h4><code>preview/x</code>: 1 to create</h4>');
    expect(body).toContain('<p>Nothing to change in <code>staging</code>.</p>');
  });
});
