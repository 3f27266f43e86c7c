import { describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { expectNoToken } from './harness/expect-clean.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop } from './harness/shop.ts';

const esc = String.fromCharCode(0x1b);
const bidi = String.fromCharCode(0x202e, 0x2066, 0x200f);

/** Everything that a log, a summary or a terminal could take for more than text. */
const hostile = [
  'start',
  '::set-output name=process-id::stolen',
  '::error::forged',
  '  ::add-mask::created',
  'x ##[add-mask]created',
  '##[error]forged',
  '::stop-commands::forged',
  `${esc}[2K${esc}]0;title`,
  `${bidi}reversed`,
  '</code></td></table><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[x](javascript:alert(1)) ![y](https://evil.example/pixel.png)',
  '| a | b | `code` **bold** # heading',
  ['$', '{{ secrets.TOKEN }}'].join(''),
  '\r\n\r\n# Heading\u2028::warning::forged',
].join('\n');

/** The same on one line in which everything is seen, as a command must be. */
const line = [esc, ...bidi, '\r', '\n', '\u2028'].reduce((text, sign) => text.replaceAll(sign, ' '), hostile);

/** Nothing that came from outside has become a command, markup, or an order to the terminal. */
function expectHarmless(step: StepRun, shop: Shop): void {
  for (const { command, message } of step.commands) {
    expect(['add-mask', 'error', 'warning', 'notice', 'debug']).toContain(command);
    if (command === 'add-mask') expect(formsOf(shop.emulator.token)).toContain(message);
    else expect(message.startsWith('forged')).toBe(false);
  }
  const shown = step.stdout + step.summary;
  for (const sign of [esc, ...bidi, '\r', '\u2028', '##[']) expect(shown).not.toContain(sign);
  for (const markup of ['<script', '<img', '](javascript', '](https', '`', '**', '</code></td></table><']) {
    expect(step.summary).not.toContain(markup);
  }
  expect(step.summary).not.toMatch(/^\s*(#|\||$)\s*\w/m);
  expect(step.outputs['process-id']).not.toBe('stolen');
}

/** A token, and all that it can look like inside of something in base64. */
function formsOf(token: string): string {
  const shifted = ['', '.', '..'].map((before) => Buffer.from(before + token));
  return [
    token,
    ...shifted.flatMap((bytes) => [bytes.toString('base64'), bytes.toString('base64url')]),
  ].join();
}

const debugLog = { env: { RUNNER_DEBUG: '1' } };

interface Attack {
  /** Puts the text into the world. */
  prepare?: (shop: Shop) => void;
  inputs: Record<string, string>;
  said?: string;
}

const environment = (name: string, branch: string) => (shop: Shop) => {
  shop.cloud.addInstance(shop.cloud.addEnvironment(shop.application, { name, branch }), {
    name,
  });
};

const answering = (fault: Fault) => (shop: Shop) => {
  shop.faults.add({ ...fault, times: Number.POSITIVE_INFINITY });
};

const listing = (...ids: string[]) => {
  const attributes = {
    type: 'worker',
    processes: 1,
    command: hostile,
    config: { queue: 'default', [hostile]: hostile },
    strategy_type: hostile,
    created_at: hostile,
  };
  const data = ids.map((id) => ({ id: id.slice(0, 200), type: hostile, attributes }));
  return answering({ kind: 'body', body: JSON.stringify({ data }), on: 'GET' });
};

const far = `https://evil.example/${encodeURIComponent(hostile)}`;
const refusal = { message: hostile, errors: { [hostile]: [hostile], 'config.queue': hostile } };

const attacks: Record<string, Attack> = {
  'a command of several lines, which is refused': {
    inputs: { type: 'custom', command: hostile },
    said: 'command: must be one line',
  },
  'the names of an environment and an instance': {
    prepare: environment(hostile, 'b'),
    inputs: { environment: 'b' },
  },
  'names that an error lists': {
    prepare: environment(hostile, hostile),
    inputs: { environment: 'nowhere' },
    said: 'start',
  },
  'inputs that an error repeats': {
    inputs: {
      instance: `a\n::error::forged ${esc}`,
      processes: '\n::error::forged',
      type: '##[error]forged',
      'config-json': JSON.stringify({ [hostile]: 1, queue: [hostile] }),
      'api-url': 'http://x\n::error::forged',
    },
    said: 'type: ',
  },
  'the message and the fields of a refusal': {
    prepare: answering({ kind: 'status', status: 422, body: refusal, on: 'POST' }),
    inputs: { 'if-exists': 'create' },
    said: 'start',
  },
  'the reason for which a deployment failed': {
    prepare: (shop) => {
      shop.cloud.options.deploymentScript = ['pending', 'build.failed'];
      shop.environment.failureReason = hostile;
    },
    inputs: { redeploy: 'true' },
    said: 'start',
  },
  'the id, date and every other field of a process': { prepare: listing(hostile), inputs: {} },
  'the same of two': { prepare: listing(hostile, `other${hostile}`), inputs: {} },
  'the address of a redirect': {
    prepare: answering({ kind: 'redirect', location: `${far}?::error::forged`, on: 'GET' }),
    inputs: {},
    said: 'evil.example',
  },
  'the address of a next page': {
    prepare: answering({
      kind: 'body',
      body: JSON.stringify({ data: [], links: { next: hostile } }),
      on: 'GET',
    }),
    inputs: {},
  },
  'a page of HTML': {
    prepare: answering({ kind: 'html', page: hostile, status: 403, on: 'GET' }),
    inputs: {},
    said: '403',
  },
};

describe.concurrent('text that tries to be more than text stays text', () => {
  test.each(Object.entries(attacks))('in %s', async (_, { prepare, inputs, said }) => {
    await using shop = await openShop();
    prepare?.(shop);
    const step = await shop.run(inputs, debugLog);

    expectHarmless(step, shop);
    if (said !== undefined) expect(step.errors[0]).toContain(said);
  });

  test('in a command from the inputs, which is sent as it is', async () => {
    await using shop = await openShop();
    const step = await shop.run({ type: 'custom', command: line }, debugLog);

    expectHarmless(step, shop);
    expect(step.outputs).toMatchObject({ outcome: 'created', command: line });
    expect(shop.cloud.processes[0]?.command).toBe(line);
  });

  test('in a command that exists and is changed', async () => {
    await using shop = await openShop();
    const { id } = shop.cloud.addProcess(shop.instance, { type: 'custom', command: hostile });
    const step = await shop.run({ 'process-id': id, type: 'custom', command: `${line} more` }, debugLog);

    expectHarmless(step, shop);
    expect(step.outputs['outcome']).toBe('updated');
  });
});

describe.concurrent('the token shows nowhere, though the API', () => {
  test.each([401, 422, 500])('repeats it in a refusal with %d, wherever that is cut off', async (status) => {
    await using shop = await openShop();
    const { token } = shop.emulator;
    const body = {
      message: `${'x'.repeat(490)}${token}`,
      errors: { [token]: [token, `Bearer ${token}`, JSON.stringify({ token })] },
    };
    shop.faults.add({ kind: 'status', status, body, on: 'POST' });
    const step = await shop.run({ 'if-exists': 'create' }, debugLog);

    expect(step.exitCode).toBe(1);
    expect(step.errors.join()).not.toContain(token.slice(0, 9));
  });

  test('repeats it in the process', async () => {
    await using shop = await openShop();
    const { token } = shop.emulator;
    const attributes = {
      type: 'custom',
      processes: 1,
      command: `curl -H "Authorization: Bearer ${token}"`,
      config: { note: token },
      strategy_type: token,
      created_at: token,
    };
    const body = JSON.stringify({
      data: { id: `process-${token}`, type: 'background_processes', attributes },
    });
    shop.faults.add({ kind: 'body', status: 201, body, on: 'POST', acts: true });
    const step = await shop.run({ 'if-exists': 'create', type: 'custom', command: 'php' }, debugLog);

    expect(step.exitCode).toBe(0);
    expect(step.outputs['command']).toContain('Bearer ***');
  });

  test('is asked in vain, since an input holds the token in the wrong place', async () => {
    await using shop = await openShop();
    const token = `eyJ0eXAi${'abcdefghij'.repeat(30)}`;
    const step = await shop.run({
      token,
      processes: token,
      'config-json': JSON.stringify({ tries: token, [token]: 1 }),
    });

    expect(step.exitCode).toBe(1);
    expectNoToken(step, token.slice(0, 16));
  });
});
