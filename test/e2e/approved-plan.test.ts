import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approvalIn } from '../../src/actions/report/approval.ts';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { type FakeGitHub, startFakeGitHub } from '../runner/fake-github.ts';
import { runAction, type StepRun } from './harness/run-action.ts';

const merge = 'b1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
const manifest = `
environments:
  production: { instances: { App: [{ type: worker, processes: 2 }] } }
  "preview/*": { instances: { App: [{ type: worker }] } }
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
  gitHub.pulls.push({ number: 7, merged_at: '2026-01-01T00:00:00Z', merge_commit_sha: merge, base: 'main' });
});

afterEach(() => Promise.all([emulator.close(), gitHub.close()]));

async function run(
  inputs: Record<string, string>,
  event: object | undefined,
  text: string,
): Promise<StepRun> {
  return await runAction({
    action: 'apply',
    time: emulator.time,
    inputs: { token: emulator.token, 'api-url': emulator.url, ...inputs },
    files: { '.github/background-processes.yml': text },
    env: { GITHUB_API_URL: gitHub.url, GITHUB_SHA: merge, GITHUB_REF_NAME: 'main' },
    ...(event === undefined ? {} : { event }),
  });
}

const plan = (inputs: Record<string, string> = {}, text = manifest) =>
  run({ 'dry-run': 'true', comment: 'true', ...inputs }, pullRequest, text);
const push = (inputs: Record<string, string> = {}, text = manifest) =>
  run({ 'approved-plan': 'require', ...inputs }, undefined, text);

const writes = () => emulator.requests.filter(({ method }) => method !== 'GET');

async function expectRefused(pushed: Promise<StepRun>, ...texts: string[]): Promise<void> {
  const { exitCode, errors } = await pushed;
  expect(exitCode).toBe(1);
  for (const text of texts) expect(errors[0]).toContain(text);
  expect(errors[0]).toContain('Nothing was changed');
  expect(writes()).toEqual([]);
}

describe('approved-plan: require changes only what the merged pull request has shown', () => {
  test('the shown plan is carried out, and a run with nothing to change does not ask', async () => {
    expect((await plan()).errors).toEqual([]);
    const pushed = await push();
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1' });
    gitHub.requests.length = 0;
    expect((await push()).outputs).toMatchObject({ outcome: 'unchanged' });
    expect(gitHub.requests).toEqual([]);
  });

  test('a change by hand since then is refused, operation by operation', async () => {
    const existing = emulator.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    await plan();
    existing.processes = 4;
    await expectRefused(
      push(),
      'production, not shown: App: update',
      'production, shown, and not to do any more',
    );
  });

  test('another merge, and prune that was not shown, are refused', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'old' } });
    await plan();
    await expectRefused(push({}, manifest.replace('processes: 2', 'processes: 9')), 'not shown: App: create');
    await expectRefused(push({ prune: 'true' }), 'not shown: App: delete');
  });

  test('an environment that was not shown is refused, and one of a pattern is left out', async () => {
    await plan();
    const environment = emulator.cloud.addEnvironment(shop.application, {
      name: 'preview/x',
      branch: 'preview/x',
    });
    const instance = emulator.cloud.addInstance(environment, {});
    const pushed = await push();
    expect(pushed.errors).toEqual([]);
    expect(pushed.notices.join('\n')).toContain('preview/x is left out');
    expect(emulator.cloud.listProcesses(instance)).toEqual([]);
  });

  test('a run that was broken off can be run again', async () => {
    await plan(
      {},
      manifest.replace(
        '{ type: worker, processes: 2 }',
        '{ type: worker }, { type: custom, command: php a }',
      ),
    );
    emulator.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    const pushed = await push(
      {},
      manifest.replace(
        '{ type: worker, processes: 2 }',
        '{ type: worker }, { type: custom, command: php a }',
      ),
    );
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1', unchanged: '1' });
  });

  test('a comment that somebody else has written or edited approves nothing', async () => {
    await plan();
    const [comment] = gitHub.comments;
    if (comment === undefined) throw new Error('There is no comment.');
    for (const editor of ['mallory', 'github-actions']) {
      comment.editor = editor;
      await expectRefused(push(), 'no comment with a whole plan');
    }
    comment.editor = 'github-actions[bot]';
    comment.user = { login: 'mallory', type: 'User' };
    await expectRefused(push(), 'no comment with a whole plan');
  });

  test('where GitHub does not tell whose the token is, nothing is approved', async () => {
    await plan();
    gitHub.refuse = [
      { on: /POST \/graphql$/, status: 502 },
      { on: /GET \/user$/, status: 502 },
    ];
    await expectRefused(push(), '502');
  });

  test('a token in a command is in no part of the comment, and its plan can be approved', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: `php a --key=${emulator.token}` });
    await plan({ prune: 'true' });
    const shown = approvalIn(gitHub.comments[0]?.body ?? '');
    expect(JSON.stringify(shown)).toContain('php a --key=***');
    const pushed = await push({ prune: 'true' });
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1', deleted: '1' });
  });

  test('what a command spells cannot approve anything', async () => {
    await plan();
    const [comment] = gitHub.comments;
    if (comment === undefined) throw new Error('There is no comment.');
    const [marker = '', shown = '', ...rest] = comment.body.split('\n');
    comment.body = [marker, ...rest, shown, ''].join('\n');
    await expectRefused(push(), 'no comment with a whole plan');
  });

  test('no pull request, another branch, no permission: each names what to do', async () => {
    await plan();
    gitHub.refuse = { on: /pulls$/, status: 403 };
    await expectRefused(push(), 'pull-requests: read');
    gitHub.refuse = undefined;
    const [pull] = gitHub.pulls;
    if (pull === undefined) throw new Error('There is no pull request.');
    pull.base = 'develop';
    await expectRefused(push(), 'no pull request was merged into main');
    gitHub.pulls.length = 0;
    await expectRefused(push(), 'no pull request was merged into main', 'without approved-plan: require');
  });
});
