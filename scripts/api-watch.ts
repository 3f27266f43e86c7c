import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { differences } from './api/compare.ts';
import { asJson, type Json } from './api/fields.ts';
import { report } from './api/report.ts';
import { fail, readArguments } from './arguments.ts';

const { cloud, forge } = readArguments({
  usage: 'npm run --silent api-watch -- [--cloud <address or file>] [--forge <address or file>]',
  help: `Compares the OpenAPI documents of Laravel Cloud and Laravel Forge with the contracts that the tests use: the calls,
fields and values that this project relies on. Prints an issue in Markdown, or nothing if nothing differs.`,
  options: {
    cloud: { type: 'string', default: 'https://cloud.laravel.com/api-docs/api.json' },
    forge: { type: 'string', default: 'https://forge.laravel.com/api/docs.openapi' },
  },
}).values;

const contracts = new URL('../test/contract/', import.meta.url);
const known = (await readFile(new URL('known-differences.txt', contracts), 'utf8'))
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const found: string[] = [];
for (const [service, place, file] of [
  ['Laravel Cloud', cloud, 'laravel-cloud.openapi.yaml'],
  ['Laravel Forge', forge, 'laravel-forge.openapi.yaml'],
] as const) {
  const contract: Json = parse(await readFile(new URL(file, contracts), 'utf8'));
  for (const line of differences(contract, await liveDocument(place))) found.push(`${service}: ${line}`);
}
const text = report(found, known);
if (text !== '') console.log(text);

async function liveDocument(place: string): Promise<Json> {
  try {
    const document = asJson(parse(await textOf(place)));
    return 'paths' in document ? document : fail(`${place} is no OpenAPI document: it has no paths.`);
  } catch (error) {
    return fail(`${place} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

async function textOf(place: string): Promise<string> {
  if (!place.startsWith('https://')) return await readFile(place, 'utf8');
  const answer = await fetch(place, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`the answer is ${answer.status}`);
  return await answer.text();
}
