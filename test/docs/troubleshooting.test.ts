import { describe, expect, test } from 'vitest';
import { fencesOf } from '../../scripts/fences.ts';
import { openForwardProxy } from '../e2e/harness/forward-proxy.ts';
import { fork } from '../e2e/harness/pull-request.ts';
import type { StepRun } from '../e2e/harness/run-action.ts';
import { openShop, type Shop, type StepOptions } from '../e2e/harness/shop.ts';
import { stopWhen, unlessWindows } from '../e2e/harness/unless-windows.ts';
import { withMeta } from '../emulator/edits.ts';
import type { Fault } from '../emulator/faults.ts';
import { fails, loops } from '../emulator/progress.ts';
import { readDocument } from './documents.ts';

const quotes = fencesOf(readDocument('docs/troubleshooting.md')).map(({ text }) => text.trim());

/** Lays out what goes wrong, and gives the inputs that lead to it. */
type Trouble = (shop: Shop) => Record<string, string> | Promise<Record<string, string>>;

const always = { times: Number.POSITIVE_INFINITY };

const given =
  (inputs: Record<string, string>): Trouble =>
  () =>
    inputs;

const struck =
  (fault: Fault, inputs: Record<string, string> = {}): Trouble =>
  ({ emulator }) => {
    emulator.faults.add(fault);
    return inputs;
  };

const deploying =
  (script: string[], inputs: Record<string, string> = {}): Trouble =>
  ({ emulator }) => {
    emulator.cloud.options.deploymentScript = script;
    return { environment: 'main', redeploy: 'true', ...inputs };
  };

/** Each quotation by some of its words, and a run that ends with it. */
const troubles: readonly [words: string, trouble: Trouble, options?: StepOptions][] = [
  ['token: is empty. Create a token', given({ token: '' })],
  ['token: is empty: this pull request', given({ token: '' }), { event: fork }],
  ['command: is for type: custom', given({ command: 'php artisan queue:work' })],
  ['config-json: is for type: worker', given({ type: 'custom', command: 'x', 'config-json': '{}' })],
  ['config-json: is not valid JSON', given({ 'config-json': '{queue: default}' })],
  ['No environment in the application is named "…": there is', given({ environment: 'Main' })],
  ['none appeared within', given({ environment: 'preview', 'wait-for-environment': '60' })],
  [
    'No application in the token’s organization is named',
    given({ application: 'office', environment: 'main' }),
  ],
  ['background processes match it', ambiguous],
  ['answered 401', given({ token: 'another-token-of-nobody' })],
  ['answered 403', struck({ kind: 'status', status: 403, on: 'GET' })],
  ['answered 404', given({ instance: 'inst-0' })],
  ['answered 422', struck({ kind: 'status', status: 422, on: 'POST' })],
  ['answered 429', struck({ kind: 'rate-limit', retryAfter: 3600 })],
  ['HTML page instead of JSON', struck({ kind: 'html', ...always })],
  ['does not answer with TLS', ({ emulator }) => ({ 'api-url': emulator.url.replace('http:', 'https:') })],
  ['may exist or not', struck({ kind: 'reset', acts: true, on: 'POST' }, { 'if-exists': 'create' })],
  ['take effect with the environment’s next deployment', given({})],
  ['accepted but not applied', ignored],
  ['but the deployment failed', deploying(['build.running', 'build.failed'])],
  ['It continues in Laravel Cloud', deploying(['build.running'], { 'wait-timeout': '60' })],
  ['kept getting in the way', contested],
  ['ends by itself', given({ type: 'custom', command: 'php artisan schedule:run' })],
  ['times at once', given({ environment: 'main', type: 'custom', command: 'php artisan schedule:work' })],
  [
    'Laravel Cloud runs its workers itself. Use the App cluster',
    managed({ instance: 'mails', processes: '3' }),
  ],
  [
    'Laravel Cloud runs its workers itself. Leave it out of the manifest',
    managed({}),
    { action: 'apply', files: manifest('mails') },
  ],
  ['is left over from an earlier queue list', leftBehind],
  [
    'Drift: ',
    given({ environment: 'main', 'dry-run': 'true', 'fail-on-change': 'true' }),
    { action: 'apply', files: manifest('App') },
  ],
  ['kept changing while it was read', moving],
  ['Verification failed: ', unproven],
  ['do not stay up', exiting],
  [
    'is still not there after',
    given({ environment: 'main', 'wait-for-commit': 'a'.repeat(40), 'wait-timeout': '60' }),
  ],
  ['verify-command was skipped', given({ 'verify-command': 'php artisan queue:canary' })],
];

test('each quotation is what a run says', () => {
  const told = [...troubles.map(([words]) => words), 'the proxy refused', 'Cancelled while'];
  expect(quotes.map((quote) => [quote, told.filter((words) => quote.includes(words)).length])).toEqual(
    quotes.map((quote) => [quote, 1]),
  );
  expect(told).toHaveLength(quotes.length);
});

describe.concurrent('a run that goes wrong says what is quoted', () => {
  test.each(troubles)('%s', async (words, trouble, options) => {
    await using shop = await openShop();
    await expectQuoted(words, shop, await trouble(shop), options);
  });

  test('the proxy refused', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy({ refuse: 407 });
    const outside = { 'api-url': 'https://cloud.example/api' };
    await expectQuoted('the proxy refused', shop, outside, { env: { https_proxy: `http://${proxy.host}` } });
  });

  unlessWindows('Cancelled while', async () => {
    await using shop = await openShop();
    const running = shop.start({ environment: 'preview', 'wait-for-environment': '600' });
    const isWaiting = () => running.output().includes('waiting up to');
    expectTold('Cancelled while', await stopWhen(running, 'SIGTERM', isWaiting));
  });
});

async function expectQuoted(
  words: string,
  shop: Shop,
  inputs: Record<string, string>,
  options?: StepOptions,
): Promise<void> {
  expectTold(words, await shop.run(inputs, options));
}

function expectTold(words: string, { errors, warnings, notices }: StepRun): void {
  const quote = quotes.find((text) => text.includes(words)) ?? 'no such quotation';
  const pattern = quote.split('…').map(escaped).join('[^]*');
  expect([...errors, ...warnings, ...notices]).toContainEqual(expect.stringMatching(new RegExp(pattern)));
}

/** Two that do the same, and have for long. */
function ambiguous({ emulator, instance }: Shop): Record<string, string> {
  for (const createdAt of ['2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z'])
    emulator.cloud.addProcess(instance, { type: 'worker', createdAt });
  return {};
}

function ignored({ emulator, instance }: Shop): Record<string, string> {
  emulator.cloud.options.storedForm = (given) => ({ ...given, processes: 1 });
  emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
  return { processes: '3' };
}

function manifest(instance: string): Record<string, string> {
  return { '.github/background-processes.yml': `instances: { ${instance}: [{ type: worker }] }` };
}

function managed(inputs: Record<string, string>): Trouble {
  return ({ emulator, environment }) => {
    emulator.cloud.addManagedQueue(environment, { name: 'mails' });
    return { environment: 'main', ...inputs };
  };
}

function leftBehind({ emulator, instance }: Shop): Record<string, string> {
  emulator.cloud.addProcess(instance, { type: 'worker', config: { queue: 'high' } });
  return { 'config-json': '{"queue": "high,default"}' };
}

/** A list whose pages never fit together. */
function moving({ emulator, instance }: Shop): Record<string, string> {
  emulator.faults.add({ kind: 'edit', on: 'GET', times: Infinity, edit: withMeta({ total: 2 }) });
  emulator.cloud.addProcess(instance, { type: 'worker' });
  return {};
}

function unproven({ emulator }: Shop): Record<string, string> {
  emulator.cloud.options.commandOutcome = fails('No worker has done the job.');
  return { environment: 'main', redeploy: 'true', 'verify-command': 'php artisan queue:canary' };
}

function exiting({ emulator, environment, instance }: Shop): Record<string, string> {
  const horizon = { type: 'custom', command: 'php artisan horizon' } as const;
  emulator.cloud.addProcess(instance, {
    ...horizon,
    life: loops(),
    createdAt: '2026-01-01T00:00:00.000000Z',
  });
  emulator.cloud.deployed(environment);
  return { environment: 'main', ...horizon, 'stable-for': '60' };
}

/** With every create request, an older process of another run appears, and is gone once the step gives way to it. */
function contested({ emulator, instance }: Shop): Record<string, string> {
  const { cloud, faults } = emulator;
  const createdAt = '2026-01-01T00:00:00.000000Z';
  let rival = { id: '' };
  const add = () => {
    rival = cloud.addProcess(instance, { type: 'worker', createdAt: createdAt });
  };
  faults.add({ kind: 'call', on: 'POST', ...always, call: add });
  faults.add({ kind: 'call', on: 'DELETE', ...always, call: () => cloud.removeProcess(rival) });
  return {};
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
