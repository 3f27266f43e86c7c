import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { type FakeGitHub, ownBot, startFakeGitHub } from '../github-api/fake-github.ts';
import { expectNoToken, FAKE_GITHUB_TOKEN, runAction, type StepRun } from './harness/run-action.ts';

const pullRequest = {
  pull_request: {
    number: 7,
    head: { repo: { full_name: 'acme/shop' } },
    base: { repo: { full_name: 'acme/shop' } },
  },
};
const fork = { pull_request: { ...pullRequest.pull_request, head: { repo: { full_name: 'mallory/shop' } } } };

let emulator: Emulator;
let gitHub: FakeGitHub;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  [emulator, gitHub] = await Promise.all([startEmulator(), startFakeGitHub()]);
  shop = seedShop(emulator);
});

afterEach(() => Promise.all([emulator.close(), gitHub.close()]));

async function apply(
  inputs: Record<string, string> = {},
  {
    event = pullRequest,
    text = 'instances: { App: [{ type: worker }] }',
  }: { event?: object; text?: string } = {},
): Promise<StepRun> {
  const run = await runAction({
    action: 'apply',
    time: emulator.time,
    inputs: {
      token: emulator.token,
      'api-url': emulator.url,
      environment: 'production',
      comment: 'true',
      ...inputs,
    },
    files: { '.github/background-processes.yml': text },
    env: { GITHUB_API_URL: gitHub.url },
    event,
  });
  expectNoToken(run, emulator.token);
  expectNoToken(run, FAKE_GITHUB_TOKEN);
  expect(gitHub.comments.map(({ body }) => body).join()).not.toContain(emulator.token);
  return run;
}

describe('apply keeps one comment with the plan on a pull request', () => {
  test('a dry run writes it, and the next run updates it in place', async () => {
    const first = await apply({ 'dry-run': 'true' });
    expect(first.warnings).toEqual([]);
    expect(first.masks).toContain(FAKE_GITHUB_TOKEN);
    expect(gitHub.comments).toHaveLength(1);
    expect(gitHub.comments[0]?.body).toContain('1 to create, 0 to update, 0 to delete, 0 unchanged');
    expect(gitHub.comments[0]?.body).toContain('worker on queue default');
    await apply();
    expect(gitHub.comments).toHaveLength(1);
    expect(gitHub.comments[0]?.body).toContain('1 created, 0 updated, 0 deleted, 0 unchanged');
    expect(gitHub.requests.every(({ authorization }) => authorization.endsWith(FAKE_GITHUB_TOKEN))).toBe(
      true,
    );
  });

  test('two environments have two comments', async () => {
    const staging = emulator.cloud.addEnvironment(shop.application, { name: 'staging', branch: 'staging' });
    emulator.cloud.addInstance(staging, {});
    await apply({ 'dry-run': 'true' });
    await apply({ 'dry-run': 'true', environment: 'staging' });
    expect(gitHub.comments).toHaveLength(2);
  });

  test('markup in a command stays text', async () => {
    const command = 'php artisan x </td><script>alert(1)</script> <!-- @team [a](b)';
    await apply(
      { 'dry-run': 'true' },
      { text: `instances: { App: [{ type: custom, command: ${JSON.stringify(command)} }] }` },
    );
    const body = gitHub.comments[0]?.body ?? '';
    expect(body).not.toContain('<script>');
    expect(body.match(/<!--/g)).toHaveLength(1);
    expect(body).not.toContain('[a](b)');
  });

  test('another user’s comment with the same start is left alone', async () => {
    await apply({ 'dry-run': 'true' });
    const [first] = gitHub.comments;
    if (first !== undefined) first.user = { login: 'mallory', type: 'User' };
    await apply();
    expect(gitHub.comments).toHaveLength(2);
    expect(gitHub.comments[0]?.body).toContain('1 to create');
    expect(gitHub.comments[1]?.user).toEqual(ownBot);
  });

  test('without comment: true nothing is asked of GitHub', async () => {
    await apply({ comment: 'false' });
    expect(gitHub.requests).toEqual([]);
  });
});

describe('a comment that cannot be written is a warning, never the step’s failure', () => {
  test.each([403, 404])('a %i names the permission', async (status) => {
    gitHub.refuse = { on: /comments$/, status };
    const run = await apply();
    expect(run.exitCode).toBe(0);
    expect(run.outputs['outcome']).toBe('changed');
    expect(run.warnings).toHaveLength(1);
    expect(run.warnings[0]).toContain('pull-requests: write');
  });

  test('a fork’s token, which can only read, is told as such', async () => {
    gitHub.refuse = { on: /^POST .*comments$/, status: 403 };
    const run = await apply({}, { event: fork });
    expect(run.exitCode).toBe(0);
    expect(run.warnings[0]).toContain('fork');
    expect(run.warnings[0]).toContain('pull-requests: write');
  });

  test('a run without a pull request says so', async () => {
    const run = await apply({}, { event: {} });
    expect(run.exitCode).toBe(0);
    expect(run.warnings[0]).toContain('not started by a pull request');
    expect(gitHub.requests).toEqual([]);
  });

  test('a GitHub that is down, or echoes the token with a command, does no harm', async () => {
    const body = JSON.stringify({ message: `\n::error::${FAKE_GITHUB_TOKEN}` });
    gitHub.refuse = { on: /comments$/, status: 500, body };
    const run = await apply();
    expect(run.exitCode).toBe(0);
    expect(run.errors).toEqual([]);
    expect(run.warnings).toHaveLength(1);
  });
});
