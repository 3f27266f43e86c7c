import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { markdownFiles, readDocument } from './documents.ts';

const schema = readFileSync(join(REPOSITORY_ROOT, 'schema/background-processes.schema.json'), 'utf8');
const isManifest = new Ajv({ allErrors: true }).compile(JSON.parse(schema));

const manifests = markdownFiles().flatMap((path) =>
  fencesOf(readDocument(path))
    .filter(({ language, text }) => /^ya?ml$/.test(language) && /^instances:/m.test(text))
    .map(({ text, line }) => ({ where: `${path}:${line}`, text })),
);

test('the README shows a manifest', () => {
  expect(manifests.map(({ where }) => where)).toContainEqual(expect.stringMatching(/^README\.md:/));
});

test('every manifest in the documentation is one by the schema', () => {
  for (const { where, text } of manifests) {
    isManifest(parse(text));
    expect(isManifest.errors, where).toBeNull();
  }
});

test('a manifest with a misspelt key is none', () => {
  expect(isManifest({ instances: { App: [{ type: 'worker', proceses: 2 }] } })).toBe(false);
});
