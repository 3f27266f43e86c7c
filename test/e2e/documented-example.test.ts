import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { WorldTime } from '../emulator/world-time.ts';
import { startPrism } from './harness/prism.ts';
import { runAction } from './harness/run-action.ts';

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

/** Writes the documented call, answered with an example; without one Prism makes an answer from the schema. */
function documented(answer: object | undefined): string {
  const document = parse(source);
  const { responses } = document.paths['/instances/{instance}/background-processes'].post;
  if (answer !== undefined)
    responses['201'] = {
      description: 'As documented',
      content: { 'application/vnd.api+json': { schema: {}, example: answer } },
    };
  const file = join(folder, `${answer === undefined ? 'made' : 'example'}.yaml`);
  writeFileSync(file, stringify(document));
  return file;
}

const worker = {
  type: 'worker',
  processes: '5',
  'config-json': '{"connection":"redis","queue":"default,emails"}',
};
const custom = { type: 'custom', processes: '5', command: 'php artisan my:command' };

test.each([
  ['the example', example],
  ['an answer that Prism makes', undefined],
])('the call as it is documented creates with `if-exists: create`, answered with %s', async (_, answer) => {
  await using prism = await startPrism(documented(answer));
  const time = new WorldTime(() => 0);
  for (const inputs of [worker, custom]) {
    const reach = { token: 'token-of-nobody', 'api-url': prism.url, instance: 'inst-1' };
    const step = await runAction({
      action: '.',
      inputs: { ...reach, ...inputs, 'if-exists': 'create' },
      time,
    });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({
      outcome: 'created',
      'process-id': expect.stringMatching(/./),
      strategy: 'none',
    });
  }
  time.end();
  expect(prism.output().match(/\bpost \/instances\//gi)).toHaveLength(2);
});
