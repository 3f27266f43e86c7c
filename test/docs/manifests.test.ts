import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { markdownFiles, readDocument } from './documents.ts';

const isManifest = (schema: string) =>
  new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'schema', `${schema}.schema.json`), 'utf8')),
  );

describe.each([
  ['instances', 'background-processes', /^README\.md:/],
  ['servers', 'forge-processes', /^docs\/forge\.md:/],
])('manifests with %s', (root, schema, shownIn) => {
  const accepts = isManifest(schema);
  const manifests = markdownFiles().flatMap((path) =>
    fencesOf(readDocument(path))
      .filter(({ language, text }) => /^ya?ml$/.test(language) && new RegExp(`^${root}:`, 'm').test(text))
      .map(({ text, line }) => ({ where: `${path}:${line}`, text })),
  );

  test('are shown', () => {
    expect(manifests.map(({ where }) => where)).toContainEqual(expect.stringMatching(shownIn));
  });

  test('are good ones by the schema, wherever they are in the documentation', () => {
    for (const { where, text } of manifests) {
      accepts(parse(text));
      expect(accepts.errors, where).toBeNull();
    }
  });
});

test('a manifest with a misspelt key is none', () => {
  const [cloud, forge] = [isManifest('background-processes'), isManifest('forge-processes')];
  expect(cloud({ instances: { App: [{ type: 'worker', proceses: 2 }] } })).toBe(false);
  expect(forge({ servers: { 'web-1': [{ comand: 'x' }] } })).toBe(false);
});
