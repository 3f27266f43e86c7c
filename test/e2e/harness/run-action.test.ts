import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ActionOptions,
  expectNoToken,
  FAKE_GITHUB_TOKEN,
  runAction,
  startAction,
} from './run-action.ts';
import { unlessWindows } from './unless-windows.ts';

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

test('inputs arrive as the runner names them, defaults and expressions included', async () => {
  writeAction(TELL_ENVIRONMENT);
  const { outputs } = await run({ inputs: { token: 'abc' } });
  const env: unknown = JSON.parse(outputs['env'] ?? '');
  expect(env).toMatchObject({
    INPUT_TOKEN: 'abc',
    'INPUT_CONFIG-JSON': '{}',
    INPUT_TWO_WORDS: '',
    'INPUT_GITHUB-TOKEN': FAKE_GITHUB_TOKEN,
    INPUT_REPOSITORY: 'acme/shop',
    GITHUB_ACTIONS: 'true',
    CI: 'true',
  });
});

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

test('the step runs in its workspace, with the files and the event it is given', async () => {
  writeAction(`${TELL_ENVIRONMENT}
    appendFileSync(process.env.GITHUB_OUTPUT, 'file=' + readFileSync('.github/a.yml'));`);
  const event = { pull_request: { number: 7 } };
  const { outputs } = await run({ files: { '.github/a.yml': 'hello' }, event });
  expect(outputs['file']).toBe('hello');
  expect(outputs['event']).toBe(JSON.stringify(event));
  expect(JSON.parse(outputs['env'] ?? '')).toMatchObject({
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_WORKSPACE: outputs['cwd'],
  });
});

test('everything a step says is collected', async () => {
  writeAction(`
    import { appendFileSync } from 'node:fs';
    console.log('hello\\n::add-mask::abc\\n::warning::w%0Ax\\n::notice title=t::n');
    console.error('::error::e');
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Done ü');
    appendFileSync(process.env.GITHUB_STATE, 's=1');
    appendFileSync(process.env.GITHUB_ENV, 'e<<D\\n1\\n2\\nD\\n');
    process.exitCode = 3;`);
  const step = await run();
  expect(step).toMatchObject({
    exitCode: 3,
    signal: null,
    log: 'hello\n',
    masks: ['abc'],
    warnings: ['w\nx'],
    notices: ['n'],
    errors: ['e'],
    summary: '# Done ü',
    summaryBytes: 9,
    state: { s: '1' },
    env: { e: '1\n2' },
  });
  expect(step.durationMs).toBeGreaterThan(0);
});

unlessWindows('a running step can be watched and sent signals', async () => {
  writeAction(`
    process.on('SIGINT', () => { console.log('stopping'); process.exit(130); });
    console.log('ready');
    setInterval(() => {}, 1000);`);
  const { child, done, output } = startAction({ action: 'verb', inputs: {}, root });
  await expect.poll(output).toContain('ready');
  child.kill('SIGINT');
  expect(await done).toMatchObject({ exitCode: 130, stdout: 'ready\nstopping\n' });
});

test('a step that never ends is killed', async () => {
  writeAction('setInterval(() => {}, 1000);');
  expect(await run({ timeoutMs: 300 })).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
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
