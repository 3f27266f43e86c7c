import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fencesOf } from '../../scripts/fences.ts';
import { REPOSITORY_ROOT, runAction } from '../e2e/harness/run-action.ts';
import type { Fault } from '../emulator/faults.ts';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { readDocument } from './documents.ts';

const quotes = fencesOf(readDocument('docs/troubleshooting.md')).map(({ text }) => text.trim());

describe.each(quotes)('the quoted message %j', (quote) => {
  test('is made of what the sources say', () => {
    for (const part of partsOf(quote)) expect(sources.includes(part), part).toBe(true);
  });
});

describe('a run that goes wrong says what is quoted', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator();
    seedShop(emulator);
  });
  beforeEach(() => emulator.faults.reset());
  afterAll(() => emulator.close());

  const fork = {
    pull_request: {
      number: 1,
      head: { repo: { full_name: 'stranger/shop' } },
      base: { repo: { full_name: 'acme/shop' } },
    },
  };
  const fail = (fault: Fault): Record<string, string> => {
    emulator.faults.add(fault);
    return {};
  };

  test.each<[quoted: string, inputs: () => Record<string, string>, event?: object]>([
    ['token: is empty: make a token', () => ({ token: '' })],
    ['token: is empty: this pull request', () => ({ token: '' }), fork],
    ['command: is for type: custom', () => ({ command: 'php artisan queue:work' })],
    ['config-json: is for type: worker', () => ({ type: 'custom', command: 'x', 'config-json': '{}' })],
    ['config-json: is not JSON', () => ({ 'config-json': '{queue: default}' })],
    ['The environment "…": there is none', () => ({ environment: 'Main' })],
    ['it did not appear within', () => ({ environment: 'preview', 'wait-for-environment': '0.1' })],
    ['The application "…": there is none', () => ({ application: 'office' })],
    ['answered 401', () => ({ token: 'another-token-of-nobody' })],
    ['answered 404', () => ({ environment: '', instance: 'inst-0' })],
    ['answered 403', () => fail({ kind: 'status', status: 403, on: 'GET /instances' })],
    ['answered 422', () => fail({ kind: 'status', status: 422, on: 'POST' })],
    ['may exist or not', () => ({ ...fail({ kind: 'reset-after', on: 'POST' }), 'if-exists': 'create' })],
  ])('%s', async (quoted, inputs, event) => {
    const quote = quotes.find((text) => text.includes(quoted)) ?? 'no such quote';
    const pattern = quote.split('…').map(escaped).join('[^]*');
    const given = { token: emulator.token, 'api-url': emulator.url, environment: 'main', ...inputs() };
    const { exitCode, errors } = await runAction({ action: '.', inputs: given, event: event ?? {} });
    expect(exitCode).toBe(1);
    expect(errors).toEqual([expect.stringMatching(new RegExp(pattern))]);
  });
});

/** All code of `src` as text, with what is filled in at run time, and how strings are cut and joined, left out. */
const sources = readdirSync(join(REPOSITORY_ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(REPOSITORY_ROOT, 'src', name), 'utf8').replace(/' \+\s*'/g, ''))
  .join('\n');

/** What a quotation says word for word, without what is filled in: an error is put together from such parts. */
function partsOf(quote: string): string[] {
  return quote
    .split(/…|(?<=[:;.)]) |"|Laravel Cloud answered \d+|but the answer/)
    .map((part) => part.trim().replace(/[.:;,)]+$/, ''))
    .filter((part) => part.length > 8);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
