import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { WorldTime } from '../emulator/world-time.ts';
import { type Prism, startPrism } from './harness/prism.ts';
import { runAction, type StepRun } from './harness/run-action.ts';

const folder = mkdtempSync(join(tmpdir(), 'documented-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const source = readFileSync(new URL('../contract/documented-create.openapi.yaml', import.meta.url), 'utf8');

/** The answer that the documentation shows, whatever was asked for. */
const example = {
  data: {
    id: '<string>',
    type: 'background_processes',
    attributes: {
      type: 'worker',
      processes: 123,
      command: '<string>',
      config: ['<unknown>'],
      strategy_type: 'none',
      strategy_threshold: 123,
      created_at: '2023-11-07T05:31:56Z',
    },
    relationships: { instance: { data: { type: 'instances', id: '<string>' } } },
  },
};

const answerOf = (value: object) => ({
  description: 'As documented',
  content: { 'application/vnd.api+json': { schema: {}, example: value } },
});

/** The documented call, answered with an example; without one Prism makes an answer from the schema. */
function documented(answer?: object) {
  const document = parse(source);
  const { post } = document.paths['/instances/{instance}/background-processes'];
  if (answer !== undefined) post.responses['201'] = answerOf(answer);
  return document;
}

/** The calls that `if-exists: update` needs besides: a list that shows nothing yet, and the process by its id. */
function withReads(answer: object) {
  const document = documented(answer);
  const { parameters } = document.paths['/instances/{instance}/background-processes'].post;
  const links = {
    first: 'https://cloud.laravel.com/api?page=1',
    last: 'https://cloud.laravel.com/api?page=1',
  };
  const meta = {
    current_page: 1,
    from: null,
    last_page: 1,
    links: [],
    path: '/',
    per_page: 100,
    to: null,
    total: 0,
  };
  document.paths['/instances/{instance}/background-processes'].get = {
    parameters,
    responses: { 200: answerOf({ data: [], links, meta }) },
  };
  document.paths['/background-processes/{id}'] = {
    get: {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: { 200: answerOf(answer) },
    },
  };
  return document;
}

let served = 0;

async function runAgainst(document: object, inputs: Record<string, string>): Promise<[StepRun, Prism]> {
  const file = join(folder, `${++served}.yaml`);
  writeFileSync(file, stringify(document));
  const prism = await startPrism(file);
  const time = new WorldTime(() => 0);
  try {
    const reach = { token: 'token-of-nobody', 'api-url': prism.url, instance: 'inst-1' };
    return [await runAction({ action: '.', inputs: { ...reach, ...inputs }, time }), prism];
  } finally {
    time.end();
    await prism.close();
  }
}

const worker = {
  type: 'worker',
  processes: '5',
  'config-json': '{"connection":"redis","queue":"default,emails"}',
};
const custom = { type: 'custom', processes: '5', command: 'php artisan my:command' };

const posts = (prism: Prism) => prism.lines().filter((line) => /\bpost \/instances\//i.test(line));

describe('against the call as it is documented', () => {
  test.each([
    ['a worker', 'the example', worker, example],
    ['a worker', 'an answer that Prism makes', worker, undefined],
    ['a custom process', 'the example', custom, example],
    ['a custom process', 'an answer that Prism makes', custom, undefined],
  ])('%s with `if-exists: create` is created, answered with %s', async (_kind, _answer, inputs, answer) => {
    const [step, prism] = await runAgainst(documented(answer), { ...inputs, 'if-exists': 'create' });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({
      outcome: 'created',
      'process-id': expect.stringMatching(/./),
      strategy: 'none',
    });
    expect(posts(prism)).toHaveLength(1);
    expect(prism.violations()).toEqual([]);
  });

  test.each([
    ['a worker', worker, {}],
    ['a custom process', custom, { type: 'custom', command: custom.command }],
  ])(
    '%s with `if-exists: update` is created, where reads are as documented, too',
    async (_kind, inputs, own) => {
      const { data } = example;
      const answer = {
        data: { ...data, id: 'process-1', attributes: { ...data.attributes, ...own, processes: 5 } },
      };
      const [step, prism] = await runAgainst(withReads(answer), { ...inputs, 'if-exists': 'update' });

      expect(step.errors).toEqual([]);
      expect(step.outputs).toMatchObject({ outcome: 'created', 'process-id': 'process-1', strategy: 'none' });
      expect(posts(prism)).toHaveLength(1);
      expect(prism.violations()).toEqual([]);
    },
  );
});
