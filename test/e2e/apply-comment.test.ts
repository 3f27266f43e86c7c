import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../emulator/server.ts';
import { type FakeGitHub, secondaryLimit } from '../runner/fake-github.ts';
import { expectNoToken } from './harness/expect-clean.ts';
import { fork, openReviewedShop, pullRequest, type ReviewedShop } from './harness/pull-request.ts';
import { FAKE_GITHUB_TOKEN, type StepRun } from './harness/run-action.ts';
import { manifestFile, type StepOptions } from './harness/shop.ts';
import { onWindows, stopWhen } from './harness/unless-windows.ts';

let emulator: Emulator;
let gitHub: FakeGitHub;
let shop: ReviewedShop;

beforeEach(async () => {
  shop = await openReviewedShop();
  ({ emulator, gitHub } = shop);
});

afterEach(() => shop[Symbol.asyncDispose]());

/** The inputs of a step that writes a comment. */
const commenting = { environment: 'production', comment: 'true' };

/** A step of `apply` on a pull request. */
const onPullRequest = (text = 'instances: { App: [{ type: worker }] }', file = manifestFile) => ({
  action: 'apply',
  files: { [file]: text },
  env: { GITHUB_API_URL: gitHub.url },
  event: pullRequest,
});

async function apply(inputs: Record<string, string> = {}, options: StepOptions = {}): Promise<StepRun> {
  const run = await shop.run({ ...commenting, ...inputs }, { ...onPullRequest(), ...options });
  expectNoToken(run, FAKE_GITHUB_TOKEN);
  for (const { body } of gitHub.comments) {
    expect(body).not.toContain(emulator.token);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536);
  }
  return run;
}

/** What is left of a comment where a mention, a reference or a link would come alive. */
function outsideOfCode(body: string): string {
  return body.replace(/^(`{3,})\w+\n[\s\S]*?\n\1$/gm, '').replace(/<code>.*?<\/code>/g, '');
}

const body = (): string => gitHub.comments[0]?.body ?? '';

describe('apply keeps one comment with the plan on a pull request', () => {
  test('a dry run writes it, and the next run updates it in place', async () => {
    const first = await apply({ 'dry-run': 'true' });
    expect(first.warnings).toEqual([]);
    expect(first.masks).toContain(FAKE_GITHUB_TOKEN);
    expect(gitHub.comments).toHaveLength(1);
    expect(body()).toContain('<h3>📝 Plan for <code>production</code>: 1 to create</h3>');
    expect(body()).toContain('Nothing has been changed yet.');
    expect(body()).toContain('<code>prune: false</code>');
    expect(body()).toContain('<a href="https://github.com/acme/shop/actions/runs/1001">Run 1001</a>');
    expect(body()).toContain(
      '<a href="https://github.com/acme/shop/commit/a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"><code>a1b2c3d</code></a>',
    );
    expect(body()).toContain('```diff\n@@ App · 2–4 replicas @@\n+ 1 process worker default\n```');
    await apply();
    expect(gitHub.comments).toHaveLength(1);
    expect(body()).toContain(
      '<h3>🟡 Background processes of <code>production</code>: 1 created · not live yet</h3>',
    );
    expect(body()).not.toContain('Nothing has been changed');
    for (const { authorization } of gitHub.requests) expect(authorization).toContain(FAKE_GITHUB_TOKEN);
  });

  test('one environment by its name and by its id has one comment, and each manifest its own', async () => {
    const run = await apply({ 'dry-run': 'true' });
    await apply({ 'dry-run': 'true', environment: run.outputs['environment-id'] ?? '' });
    expect(gitHub.comments).toHaveLength(1);
    await apply(
      { 'dry-run': 'true', manifest: 'deploy/processes.yml' },
      onPullRequest(undefined, 'deploy/processes.yml'),
    );
    expect(gitHub.comments).toHaveLength(2);
    expect(gitHub.comments[1]?.body).toContain('<code>deploy/processes.yml</code>');
  });

  test('what does not fit is left out, and said to be, in the comment, the summary and plan-json', async () => {
    const config = { queue: 'default', note: 'x'.repeat(100) };
    for (let n = 0; n < 2_500; n++)
      shop.cloud.addProcess(shop.instance, {
        type: 'custom',
        command: `php artisan job:${n} ${'y'.repeat(200)}`,
        config,
      });
    const warned = (_: unknown, n: number) => `{ type: custom, command: php artisan migrate --step=${n} }`;
    const text = `instances: { App: [${Array.from({ length: 20 }, warned).join(', ')}] }`;
    const run = await apply({ 'dry-run': 'true', prune: 'true' }, onPullRequest(text));
    expect(run.errors).toEqual([]);
    expect(body()).toContain('2500 to delete, 20 to create');
    for (const shown of [body(), run.summary])
      expect(shown).toMatch(/<strong>\d+ more lines do not fit here<\/strong>/);
    expect(Buffer.byteLength(run.summary)).toBeLessThan(1024 * 1024);
    expect(run.outputs['plan-json']?.length).toBeLessThanOrEqual(500_000);
    expect(run.outputs['deleted']).toBe('2500');
    expect(run.warnings.slice(-2)).toEqual([
      expect.stringContaining('max-deletes allows 5'),
      expect.stringContaining('plan-json leaves out'),
    ]);
  });

  test('without comment: true nothing is asked of GitHub', async () => {
    await apply({ comment: 'false' });
    expect(gitHub.requests).toEqual([]);
  });
});

describe('the comment is brought up to date by a run that fails', () => {
  beforeEach(async () => {
    await apply({ 'dry-run': 'true' });
    expect(body()).toContain('1 to create');
  });

  test('at its inputs', async () => {
    const run = await apply({ prune: 'maybe' });
    expect(run.exitCode).toBe(1);
    expect(gitHub.comments).toHaveLength(1);
    expect(body()).toContain(
      '<h3>❌ <code>prune</code> must be true or false, not <code>maybe</code></h3><p>No request was made.</p>',
    );
    expect(body()).not.toContain('1 to create');
  });

  test('at reading the manifest', async () => {
    const run = await apply({}, onPullRequest('instances: { App: [{ type: "@acme/everyone" }] }'));
    expect(run.exitCode).toBe(1);
    expect(body()).toContain('<h3>❌ A problem with the manifest</h3>');
    expect(body()).toContain('<code>instances.App&#91;0&#93;.type</code>: must be worker');
    expect(outsideOfCode(body())).not.toContain('@acme');
  });

  test('at a manifest that is gone, whatever the spelling of its path', async () => {
    const run = await apply({ manifest: `./folder/../${manifestFile}` }, { ...onPullRequest(), files: {} });
    expect(run.exitCode).toBe(1);
    expect(gitHub.comments).toHaveLength(1);
    expect(body()).toContain('is not there</h3>');
  });

  test('for a reason that is longer than a comment may be', async () => {
    const run = await apply({ environment: 'nowhere '.repeat(12_000) });
    expect(run.exitCode).toBe(1);
    const last = gitHub.comments.at(-1)?.body;
    expect(last).toContain('❌ No environment in the application is named');
    expect(last).toContain('nowhere…');
  });

  test('half-way', async () => {
    const invalid = { message: 'See https://evil.example, @acme/everyone and #1.' };
    shop.faults.add({ kind: 'status', status: 422, body: invalid, on: 'POST', nth: 2 });
    const text = 'instances: { App: [{ type: worker }, { type: custom, command: php artisan horizon }] }';
    const run = await apply({}, onPullRequest(text));
    expect(run.exitCode).toBe(1);
    expect(body()).toContain('<h3>❌ <code>production</code>: 1 of 2 changes not made</h3>');
    expect(body()).toMatch(/^ {2}FAILED +create .+ · 1 process$/m);
    expect(body()).toContain('@acme/everyone');
    expect(outsideOfCode(body())).not.toMatch(/@acme|#1|evil/);
  });

  test('in the deployment', async () => {
    shop.cloud.options.deploymentScript = ['pending', 'build.failed'];
    const run = await apply({ redeploy: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toMatch(/^1 created, but the deployment failed: depl-/);
    expect(body()).toContain('<h3>❌ 1 created, but the deployment failed');
    expect(body()).toContain(
      '<strong>Background processes of <code>production</code>: 1 created · not live yet</strong>',
    );
    expect(body()).not.toContain('✅');
  });

  test.skipIf(onWindows)('because it is cancelled, unless on Windows', async () => {
    shop.faults.add({ kind: 'hang', on: 'GET .*instances' });
    emulator.requests.length = 0;
    const hasAsked = () => emulator.requests.at(-1)?.path.endsWith('/instances') === true;
    const run = await stopWhen(shop.start(commenting, onPullRequest()), 'SIGINT', hasAsked);
    const told = 'Cancelled while looking for the environment "production". Nothing was changed.';
    expect(run.errors).toEqual([told]);
    expect(body()).toContain(
      '<h3>🚫 Cancelled while looking for the environment <code>production</code></h3>',
    );
    expect(body()).toContain('<p>Nothing was changed.</p>');
  });

  test('because the token is refused, which is not shown in base64 either', async () => {
    const echo = Buffer.from(`x:${emulator.token}`).toString('base64');
    shop.faults.add({ kind: 'status', status: 401, body: { message: `Bad Basic ${echo}` }, on: 'GET' });
    const run = await apply();
    expect(run.exitCode).toBe(1);
    expect(body()).toContain('Laravel Cloud answered 401');
    expect(body() + run.stdout.replaceAll(/^::add-mask::.*$/gm, '') + run.summary).not.toContain(
      echo.slice(6, 30),
    );
  });
});

test('a github-token that no header can hold is a problem of the inputs, and sent nowhere', async () => {
  const run = await apply({ 'github-token': 'ghs_first-line\nsecond-line' });
  expect(run.errors).toEqual([expect.stringContaining('github-token: holds white space')]);
  expect(run.warnings).toEqual([]);
  expect([...gitHub.requests, ...emulator.requests]).toEqual([]);
});

const posting = /^POST .*comments$/;
const locked = JSON.stringify({ message: 'Unable to create comment because issue is locked.' });
const echo = JSON.stringify({ message: `\n::error::${FAKE_GITHUB_TOKEN}` });

test.each<[string, object, FakeGitHub['refuse'], string]>([
  ['a 403 names the permission', pullRequest, { on: /comments$/, status: 403 }, 'pull-requests: write'],
  ['a 404 names the permission', pullRequest, { on: /comments$/, status: 404 }, 'pull-requests: write'],
  [
    'a fork’s token can only read',
    fork,
    { on: posting, status: 403 },
    'a fork’s pull request gets a token that can only read (403)',
  ],
  [
    'a conversation is locked',
    pullRequest,
    { on: posting, status: 403, body: locked },
    'the pull request’s conversation is locked (403). The step goes on without it.',
  ],
  [
    'a rate limit lasts for an hour',
    pullRequest,
    { on: /^GET .*comments$/, ...secondaryLimit(3_600) },
    'asks to wait 60 minutes',
  ],
  ['no pull request started the run', {}, undefined, 'not started by a pull request'],
  ['GitHub is down and echoes the token', pullRequest, { on: /comments$/, status: 500, body: echo }, '500'],
])('a comment that cannot be written is a warning: %s', async (_, event, refuse, said) => {
  gitHub.refuse = refuse;
  const run = await apply({}, { event });
  expect(run.exitCode).toBe(0);
  expect(run.outputs['outcome']).toBe('changed');
  expect(run.warnings).toEqual([expect.stringContaining(said)]);
});
