import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ActionOptions, expectNoToken, runAction } from './run-action.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'root-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const METADATA = `
inputs:
  token: { required: true }
  config-json: { default: '{}' }
  two words: {}
  github-token: { default: '\${{ github.token }}' }
  repository: { default: '\${{ github.repository }}' }
runs: { using: node24, main: ../dist/main.mjs }
`;

function writeAction(script: string, metadata = METADATA): void {
  for (const [file, content] of [
    ['verb/action.yml', metadata],
    ['dist/main.mjs', script],
  ] as const) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
}

const run = (options: Partial<ActionOptions> = {}) =>
  runAction({ action: 'verb', inputs: {}, root, ...options });

const TELL_ENVIRONMENT = `
import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync(process.env.GITHUB_OUTPUT, 'env=' + JSON.stringify(process.env) + '\\n');
appendFileSync(process.env.GITHUB_OUTPUT, 'cwd=' + process.cwd() + '\\n');
appendFileSync(process.env.GITHUB_OUTPUT, 'event=' + readFileSync(process.env.GITHUB_EVENT_PATH) + '\\n');
`;

test('nothing of the environment of the tests comes along', async () => {
  process.env['LARAVEL_CLOUD_TOKEN'] = 'of the developer';
  try {
    writeAction(TELL_ENVIRONMENT);
    const { outputs } = await run({ env: { https_proxy: 'http://127.0.0.1:9' } });
    const env: unknown = JSON.parse(outputs['env'] ?? '');
    expect(env).not.toHaveProperty('LARAVEL_CLOUD_TOKEN');
    expect(env).not.toHaveProperty('VITEST');
    expect(env).toMatchObject({ https_proxy: 'http://127.0.0.1:9', PATH: process.env['PATH'] });
  } finally {
    delete process.env['LARAVEL_CLOUD_TOKEN'];
  }
});

test('what action.yml does not declare is refused', async () => {
  writeAction('');
  await expect(run({ inputs: { tokn: 'x' } })).rejects.toThrow('declares no input named tokn');
  writeAction('', METADATA.replace('node24', 'node20'));
  await expect(run()).rejects.toThrow('not node24');
  writeAction('', METADATA.replace('github.token', 'secrets.TOKEN'));
  await expect(run()).rejects.toThrow('Cannot evaluate');
});

test.each([
  ['stdout', `console.log('has s3cret-token in it')`],
  ['stderr', `console.error('s3cret-token')`],
  ['outputs', `appendFileSync(process.env.GITHUB_OUTPUT, 'a=s3cret-token')`],
  ['summary', `appendFileSync(process.env.GITHUB_STEP_SUMMARY, 's3cret-token')`],
  ['state', `appendFileSync(process.env.GITHUB_STATE, 'a=s3cret-token')`],
])('a token in %s is found', async (place, statement) => {
  writeAction(`import { appendFileSync } from 'node:fs'; ${statement};`);
  const step = await run();
  expect(() => expectNoToken(step, 's3cret-token')).toThrow(`The token shows in: ${place}`);
});

test('a token may be masked', async () => {
  writeAction(`console.log('::add-mask::s3cret-token')`);
  expectNoToken(await run(), 's3cret-token');
});
