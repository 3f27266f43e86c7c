import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { cloudManifest } from '../../src/manifest/cloud-manifest.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { markdownFiles, readDocument } from '../docs/documents.ts';

const manifests = markdownFiles().flatMap((path) =>
  fencesOf(readDocument(path))
    .filter(({ language, text }) => language === 'yaml' && 'instances' in Object(parse(text)))
    .map(({ text, line }) => ({ where: `${path}:${line}`, text })),
);

describe('Manifests in the documentation are good ones', () => {
  test('there are some', () => {
    expect(manifests.map(({ where }) => where.split(':')[0])).toContain('docs/manifest.md');
  });

  test.each(manifests)('$where', ({ text, where }) => {
    expect(parseManifest(text, where, cloudManifest).mistakes).toEqual([]);
  });
});
