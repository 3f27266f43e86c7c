import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pullRequest } from './harness/pull-request.ts';
import { runAction } from './harness/run-action.ts';
import { openShop, type Shop } from './harness/shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
});

afterAll(() => shop[Symbol.asyncDispose]());

const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;

/** What is wrong, and what the one error must say about it. */
const wrong: readonly [title: string, inputs: Record<string, string>, said: readonly string[]][] = [
  ...['0', '11', '1.5', '1e1', 'two', '-1', '0x2', '٣', '01'].map(
    (processes): [string, Record<string, string>, string[]] => [
      `processes ${processes}`,
      { processes },
      [
        'processes: must be a whole number from 1 to 10',
        /^(0|11)$/.test(processes) ? `not ${processes}` : JSON.stringify(processes),
      ],
    ],
  ),
  ['an unknown type', { type: 'Worker' }, ['type: must be worker or custom, not "Worker"']],
  ['a custom process without a command', { type: 'custom' }, ['command: is needed']],
  [
    'options of a wrong kind, each by its input',
    { queue: 'high\u200b,default', tries: 'three', sleep: '-1', force: 'yes', timeout: '9007199254740993' },
    [
      'queue: contains an invisible character, \\u200b (zero-width space), at position 5',
      'tries: must be a whole number of at least 0, not "three"',
      'sleep: must be a whole number of at least 0, not "-1"',
      'force: must be true or false, not "yes"',
      'timeout: must be a whole number',
    ],
  ],
  ['very deep JSON', { 'config-json': deep }, ['config-json: a']],
  ['http to another host', { 'api-url': 'http://cloud.example/api' }, ['api-url: must start with https://']],
  [
    'a host that only looks like the own one',
    { 'api-url': 'http://127.0.0.1.evil.example/api' },
    ['api-url: must start with https://'],
  ],
  ['an address of another kind', { 'api-url': 'file:///etc/passwd' }, ['api-url: ']],
  ['no address at all', { 'api-url': 'cloud.laravel.com' }, ['api-url: must be a URL']],
  [
    'waits out of range, in words or for nothing',
    { 'wait-timeout': '0', 'request-timeout': '30s', 'wait-for-environment': '60' },
    ['wait-timeout: ', 'request-timeout: must be a number of seconds', 'wait-for-environment: has no effect'],
  ],
  [
    'names without their environment',
    { instance: 'App', application: 'shop' },
    ['instance: must be an id', '"App"', 'application: has no effect'],
  ],
  [
    'an id of another form',
    { 'process-id': 'process-a/b?c#d' },
    ['process-id: must be an id such as process-…, not "process-a/b?c#d"'],
  ],
  ['a switch that is neither on nor off', { summary: 'no' }, ['summary: must be true or false']],
  [
    'a pinned process that must be new',
    { 'process-id': 'process-1', 'if-exists': 'create' },
    ['if-exists: '],
  ],
];

describe('before anything is sent, one error names', () => {
  test.concurrent.each(wrong)('%s', async (_title, inputs, said) => {
    const step = await shop.run(inputs);

    expect(step.exitCode).toBe(1);
    const [error = ''] = step.errors;
    for (const words of said) expect(error).toContain(words);
    expect(error).toContain('No request was made');
    expect(step.outputs).toEqual({});
    expect(shop.requests()).toEqual([]);
  });
});

test.concurrent('an address with a user and password in it is refused, and the password not repeated', async () => {
  const step = await shop.run({ 'api-url': 'https://me:Hunter2Hunter2@cloud.example/api' });

  expect(step.exitCode).toBe(1);
  expect(step.errors[0]).toContain('api-url: must be a plain address, without user, password');
  expect(step.stdout + step.summary).not.toContain('Hunter2');
});

describe('a missing token', () => {
  const head = (repo: object | null) => ({
    event: { pull_request: { ...pullRequest.pull_request, head: { repo } } },
  });

  test.each([
    ['whose fork is gone is explained', head(null), /comes from a fork/],
    [
      'of the repository itself gets the common hint',
      { event: pullRequest },
      /store it as a repository secret/,
    ],
    ['that Dependabot started is explained', { env: { GITHUB_ACTOR: 'dependabot[bot]' } }, /Dependabot/],
  ])('on a pull request %s', async (_, run, said) => {
    const step = await shop.run({ token: '' }, run);

    expect(step.errors[0]).toMatch(said);
    expect(step.errors[0]?.includes('fork')).toBe(said.source.includes('fork'));
  });
});

describe('a token that is only a reference to one', () => {
  const reference = (name: string) => ['$', `{{ secrets.${name} }}`].join('');
  const known = reference('LARAVEL_CLOUD_TOKEN');

  test.each(['$LARAVEL_CLOUD_TOKEN', 'LARAVEL_CLOUD_TOKEN', '{{ secrets.MY_TOKEN }}', known])(
    'is refused, with what to write: %s',
    async (token) => {
      const step = await shop.run({ token });

      expect(step.errors[0]).toContain(`token: is the name of a secret, or an expression; write ${known}`);
      expect(shop.requests()).toEqual([]);
    },
  );

  test.each(['$12|abcdeFGHIJ0123456789abcdeFGHIJ0123456789', '{{ 12|abcdeFGHIJ0123456789 }}'])(
    'is not shown where a token may be in it: %s',
    async (token) => {
      const step = await shop.run({ token });

      expect(step.errors[0]).toContain(`token: is the name of a secret, or an expression; write ${known}`);
      expect(step.masks).toContain(token);
      expect(step.summary).not.toContain('abcdeFGHIJ');
      expect(shop.requests()).toEqual([]);
    },
  );
});

test.concurrent('a token that was copied with a line break in it is refused', async () => {
  const step = await shop.run({ token: `${shop.emulator.token}\nsecond-line-of-it` });

  expect(step.exitCode).toBe(1);
  expect(step.errors[0]).toContain('token: holds white space');
  expect(step.masks).toEqual(expect.arrayContaining([shop.emulator.token, 'second-line-of-it']));
  expect(step.summary).not.toContain('second-line-of-it');
});

test.concurrent('inputs that are surrounded by white space are as good as without', async () => {
  await using other = await openShop();
  const step = await other.run({
    token: `  ${other.emulator.token}\n`,
    instance: ` ${other.instance.id} `,
    processes: ' 2 ',
    'config-json': '\n{"queue": " high , default "}\n',
    'if-exists': 'create',
  });

  expect(step.exitCode).toBe(0);
  expect(other.emulator.requests[0]?.body).toEqual({
    type: 'worker',
    processes: 2,
    config: { queue: 'high,default' },
  });
});

test.concurrent('an event file that is not JSON is no reason to fail', async () => {
  await using other = await openShop();
  const step = await other.run({}, { env: { GITHUB_EVENT_PATH: '/nowhere/event.json' } });

  expect(step.exitCode).toBe(0);
});

test('a name server that does not answer keeps no step that has ended', async () => {
  const hook = fileURLToPath(new URL('./harness/silent-name-server.cjs', import.meta.url));
  const step = await runAction({
    action: '.',
    inputs: { token: 'a-token', 'api-url': 'https://cloud.example/api', processes: 'many' },
    env: { NODE_OPTIONS: `--require=${hook}` },
  });

  // The harness would have killed it.
  expect([step.exitCode, step.signal]).toEqual([1, null]);
  expect(step.errors[0]).toContain('No request was made');
});
