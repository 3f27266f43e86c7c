import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { differences } from '../../scripts/api/compare.ts';
import { report } from '../../scripts/api/report.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { runNode } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'api-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contractOf = (service: string): string =>
  readFileSync(join(REPOSITORY_ROOT, `test/contract/${service}.openapi.yaml`), 'utf8');

/** A document with one call, whose request and answer have these schemas. */
function document(parts: {
  sent?: object;
  answered?: object;
  query?: object;
  path?: string;
  status?: string;
}) {
  const content = (schema: object) => ({ content: { 'application/json': { schema } } });
  return {
    paths: {
      [parts.path ?? '/workers/{id}']: {
        parameters: [{ name: 'include', in: 'query', schema: parts.query ?? { type: 'string' } }],
        patch: {
          requestBody: content({ $ref: '#/components/schemas/Sent' }),
          responses: { [parts.status ?? '200']: content(parts.answered ?? {}), 404: {} },
        },
      },
    },
    components: { schemas: { Sent: parts.sent ?? {} } },
  };
}

const fields = (properties: object, required: string[] = []) => ({ type: 'object', properties, required });
const text = { type: 'string' };
const kind = (...values: string[]) => ({ type: 'string', enum: values });

describe('a live document differs', () => {
  const call = 'PATCH /workers/{}';

  test.each([
    ['when a call is gone', {}, { path: '/jobs/{id}' }, ['is not in the document']],
    ['when a status is gone', {}, { status: '202' }, ['answer: there is no 200']],
    [
      'when a field is gone',
      { answered: fields({ data: fields({ id: text, name: text }) }) },
      { answered: fields({ data: fields({ id: text }) }) },
      ['answer: data.name is not in the document'],
    ],
    [
      'when a value is gone or new',
      { sent: fields({ kind: kind('a', 'b') }) },
      { sent: fields({ kind: { anyOf: [kind('a'), { const: 'c' }] } }) },
      ['request: kind also has the value "c"', 'request: kind has no value "b"'],
    ],
    [
      'when a field has another type',
      { answered: fields({ list: { type: 'array', items: text } }) },
      { answered: fields({ list: { type: 'array', items: { type: ['integer', 'null'] } } }) },
      ['answer: list[] is integer, not string'],
    ],
    [
      'when a field of the request is required',
      { sent: fields({ kind: text }) },
      { sent: fields({ kind: text, name: text }, ['kind', 'name']) },
      ['request: kind is required', 'request: name is required'],
    ],
    [
      'when a query has another value',
      { query: kind('a') },
      { query: kind('b') },
      ['query: include also has the value "b"', 'query: include has no value "a"'],
    ],
  ])('%s', (_, ours, theirs, lines) => {
    expect(differences(document(ours), document(theirs))).toEqual(lines.map((line) => `${call}: ${line}`));
  });

  test.each([
    ['the name of a path parameter', {}, { path: '/workers/{worker}' }],
    [
      'a field that nobody uses',
      { answered: fields({ a: text }) },
      { answered: fields({ a: text, b: text }) },
    ],
    ['null, and whole numbers', { sent: { type: 'integer' } }, { sent: { type: ['number', 'null'] } }],
    ['what the document leaves open', { answered: fields({ a: text }) }, { answered: { type: 'object' } }],
    ['the type of a query', { query: { type: 'array', items: kind('a') } }, { query: kind('a') }],
  ])('but not by %s', (_, ours, theirs) => {
    expect(differences(document(ours), document(theirs))).toEqual([]);
  });

  test.each(['laravel-cloud', 'laravel-forge'])('never from itself: %s', (service) => {
    expect(differences(parse(contractOf(service)), parse(contractOf(service)))).toEqual([]);
  });
});

describe('the issue', () => {
  test('is none while nothing differs, or only what is known to', () => {
    expect(report([], [])).toBe('');
    expect(report(['a'], ['a'])).toBe('');
  });

  test('shows what is new, and what is known and over', () => {
    const body = report(['a', 'b'], ['b', 'c']);
    expect(body).toMatch(/### New[\s\S]*```text\na\n```[\s\S]*### Over[\s\S]*```text\nc\n```/);
  });

  test('lets nothing out of its block that others have written', () => {
    const body = report(['also has the value "``` @acme <img src=x> \n# Title \u202e\u0000"'], []);
    expect(body).toContain(
      '```text\nalso has the value "\\u{60}\\u{60}\\u{60} @acme <img src=x> \\u{a}# Title \\u{202e}\\u{0}"\n```',
    );
  });
});

describe('npm run api-watch', () => {
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('prints the issue about documents that it reads from files', async () => {
    const changed = contractOf('laravel-cloud').replaceAll('background-processes', 'workers');
    const cloud = write('cloud.yaml', changed);
    const forge = write('forge.yaml', contractOf('laravel-forge'));
    const { stdout } = await runNode('scripts/api-watch.ts', ['--cloud', cloud, '--forge', forge]);
    const gone = 'background-processes: is not in the document';
    expect(stdout).toContain(`Laravel Cloud: POST /instances/{}/${gone}`);
    expect(stdout).not.toContain(`Laravel Forge: POST /orgs/{}/servers/{}/${gone}`);
  });

  test.each([
    ['<!doctype html><title>Moved</title>', 'is no OpenAPI document: it has no paths'],
    ['{', 'cannot be read'],
  ])('refuses %j in one line', async (content, said) => {
    const file = write('odd', content);
    expect(await runNode('scripts/api-watch.ts', ['--cloud', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(said),
    });
  });
});
