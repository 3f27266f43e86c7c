import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { parseCloudFile } from '../../src/cloud/fleet.ts';
import { forgeManifest } from '../../src/forge/manifest.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { markdownFiles, readDocument } from '../docs/documents.ts';

const manifests = markdownFiles().flatMap((path) =>
  fencesOf(readDocument(path)).flatMap(({ language, text, line }) => {
    const [, root] = /^(instances|servers|environments):/m.exec(text) ?? [];
    return /^ya?ml$/.test(language) && root !== undefined ? [{ where: `${path}:${line}`, text, root }] : [];
  }),
);

const schemaOf = (name: string) =>
  new Ajv().compile(
    JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')),
  );
const [cloud, forge] = [schemaOf('background-processes'), schemaOf('forge-processes')];

test('the documentation shows manifests of each kind', () => {
  const shown = manifests.map(({ where, root }) => `${root} in ${where.split(':')[0]}`);
  expect(shown).toEqual(
    expect.arrayContaining([
      ...['instances in README.md', 'instances in docs/manifest.md', 'environments in docs/manifest.md'],
      'servers in docs/forge.md',
    ]),
  );
});

test.each(manifests)('$where is a good manifest, also by its schema', ({ text, where, root }) => {
  const { mistakes } =
    root === 'servers' ? parseManifest(text, where, forgeManifest) : parseCloudFile(text, where);
  expect(mistakes).toEqual([]);
  expect((root === 'servers' ? forge : cloud)(parse(text))).toBe(true);
});
