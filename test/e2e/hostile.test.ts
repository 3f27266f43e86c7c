import { describe, expect, test } from 'vitest';
import { expectNoToken, type StepRun } from './harness/run-action.ts';
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

describe.concurrent('text that tries to be more than text stays text', () => {
  test('in a command from the inputs, which is sent as it is', async () => {
    await using shop = await openShop();
    const step = await shop.run({ type: 'custom', command: line }, debugLog);

    expectHarmless(step, shop);
    expect(step.exitCode).toBe(0);
    expect(shop.emulator.cloud.processes[0]?.command).toBe(line);
    expect(step.outputs['command']).toBe(line);
    expect(step.outputs['outcome']).toBe('created');
  });

  test('in a command of several lines, which is refused', async () => {
    await using shop = await openShop();
    const step = await shop.run({ type: 'custom', command: hostile }, debugLog);

    expectHarmless(step, shop);
    expect(step.errors[0]).toContain('command: must be one line');
    expect(shop.emulator.requests).toEqual([]);
  });

  test('in a command that exists and is changed', async () => {
    await using shop = await openShop();
    const { id } = shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command: hostile });
    const step = await shop.run({ 'process-id': id, type: 'custom', command: `${line} more` }, debugLog);

    expectHarmless(step, shop);
    expect(step.outputs['outcome']).toBe('updated');
  });

  test('in the names of an environment and an instance', async () => {
    await using shop = await openShop();
    const environment = shop.emulator.cloud.addEnvironment(shop.application, { name: hostile, branch: 'b' });
    shop.emulator.cloud.addInstance(environment, { name: hostile });
    const step = await shop.run({ environment: 'b' }, debugLog);

    expectHarmless(step, shop);
    expect(step.exitCode).toBe(0);
  });

  test('in names that an error lists', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addEnvironment(shop.application, { name: hostile, branch: hostile });
    const step = await shop.run({ environment: 'nowhere' }, debugLog);

    expectHarmless(step, shop);
    expect(step.errors[0]).toContain('start');
  });

  test('in inputs that an error repeats', async () => {
    await using shop = await openShop();
    const step = await shop.run(
      {
        instance: `a\n::error::forged ${esc}`,
        processes: '\n::error::forged',
        type: '##[error]forged',
        'config-json': JSON.stringify({ [hostile]: 1, queue: [hostile] }),
        'api-url': 'http://x\n::error::forged',
      },
      debugLog,
    );

    expectHarmless(step, shop);
    expect(step.exitCode).toBe(1);
  });

  test.each([400, 403, 422, 500])('in the message and the fields of a refusal with %d', async (status) => {
    await using shop = await openShop();
    const body = { message: hostile, errors: { [hostile]: [hostile], 'config.queue': hostile } };
    shop.emulator.faults.add({ kind: 'status', status, body, on: 'POST' });
    const step = await shop.run({ 'if-exists': 'create' }, debugLog);

    expectHarmless(step, shop);
    expect(step.exitCode).toBe(1);
  });

  test('in the reason for which a deployment failed, and in its id', async () => {
    await using shop = await openShop({ deploymentScript: ['pending', 'build.failed'] });
    shop.environment.failureReason = hostile;
    const step = await shop.run({ redeploy: 'true' }, debugLog);

    expectHarmless(step, shop);
    expect(step.errors[0]).toContain('start');
  });

  test('in ids, dates and every other field of a process', async () => {
    await using shop = await openShop();
    const attributes = {
      type: 'worker',
      processes: 1,
      command: hostile,
      config: { queue: 'default', [hostile]: hostile },
      strategy_type: hostile,
      created_at: hostile,
    };
    const process = (id: string) => ({ id: id.slice(0, 200), type: hostile, attributes });
    for (const data of [[process(hostile)], [process(hostile), process(`other${hostile}`)]]) {
      const fault = shop.emulator.faults.add({
        kind: 'body',
        body: JSON.stringify({ data }),
        on: 'GET',
        times: Number.POSITIVE_INFINITY,
      });
      expectHarmless(await shop.run({}, debugLog), shop);
      fault.remove();
    }
  });

  test('in the address of a redirect, of a next page, and in a page of HTML', async () => {
    await using shop = await openShop();
    const next = `https://evil.example/${encodeURIComponent(hostile)}`;
    shop.emulator.faults.add({ kind: 'redirect', location: `${next}?::error::forged`, on: 'GET' });
    expectHarmless(await shop.run({}, debugLog), shop);
    shop.emulator.faults.add({
      kind: 'body',
      body: JSON.stringify({ data: [], links: { next: hostile } }),
      on: 'GET',
    });
    expectHarmless(await shop.run({}, debugLog), shop);
    shop.emulator.faults.add({ kind: 'html', page: hostile, status: 403, on: 'GET' });
    expectHarmless(await shop.run({}, debugLog), shop);
  });
});

describe.concurrent('the token shows nowhere, though the API', () => {
  test.each([400, 401, 403, 422, 500])(
    'repeats it in a refusal with %d, wherever that is cut off',
    async (status) => {
      await using shop = await openShop();
      const { token } = shop.emulator;
      const body = {
        message: `${'x'.repeat(490)}${token}`,
        errors: { [token]: [token, `Bearer ${token}`, JSON.stringify({ token })] },
      };
      shop.emulator.faults.add({ kind: 'status', status, body, on: 'POST' });
      const step = await shop.run({ 'if-exists': 'create' }, debugLog);

      expect(step.exitCode).toBe(1);
      expect(step.errors.join()).not.toContain(token.slice(0, 9));
    },
  );

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
    shop.emulator.faults.add({ kind: 'body', status: 201, body, on: 'POST', acts: true });
    const step = await shop.run({ 'if-exists': 'create', type: 'custom', command: 'php' }, debugLog);

    expect(step.exitCode).toBe(0);
    expect(step.outputs['command']).toContain('Bearer ***');
  });

  test('is one with characters that JSON and addresses escape', async () => {
    await using shop = await openShop();
    const token = '12|ab"cd\\ef/gh+ij=%kl';
    shop.emulator.access.token = token;
    const attributes = {
      type: 'custom',
      processes: 1,
      command: token,
      config: [{ name: token }],
      created_at: null,
    };
    const body = JSON.stringify({ data: { id: 'process-1', type: 'background_processes', attributes } });
    shop.emulator.faults.add({ kind: 'body', status: 201, body, on: 'POST' });
    const step = await shop.run({ token, 'if-exists': 'create', type: 'custom', command: 'php' }, debugLog);

    expect(step.exitCode).toBe(0);
    expectNoToken(step, token);
    expect(step.outputs['resource-json']).not.toContain(JSON.stringify(token).slice(1, -1));
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

describe.concurrent('a command of two megabytes', () => {
  const command = 'x'.repeat(2 * 1024 * 1024);

  test('does not break the summary, which stays under its limit', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'php' });
    const resource = (text: string) => ({
      id: 'process-1',
      type: 'background_processes',
      attributes: { type: 'custom', processes: 1, command: text, config: [], created_at: null },
    });
    const body = JSON.stringify({ data: resource(command) });
    shop.emulator.faults.add({ kind: 'body', status: 201, body, on: 'POST' });
    const step = await shop.run({ 'if-exists': 'create', type: 'custom', command: 'php' });

    expect(step.exitCode).toBe(0);
    expect(step.outputs['command']).toHaveLength(command.length);
    expect(step.summaryBytes).toBeGreaterThan(0);
    expect(step.summaryBytes).toBeLessThan(1024 * 1024);
  });
});
