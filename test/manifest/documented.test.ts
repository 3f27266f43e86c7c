import { describe, expect, test } from 'vitest';
import { fencesOf } from '../../scripts/fences.ts';
import { parseCloudFile } from '../../src/cloud/fleet.ts';
import { forgeManifest } from '../../src/forge/manifest.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { markdownFiles, readDocument } from '../docs/documents.ts';

const manifests = markdownFiles().flatMap((path) =>
  fencesOf(readDocument(path)).flatMap(({ language, text, line }) => {
    const [, root] = /^(instances|servers|environments):/m.exec(text) ?? [];
    return language === 'yaml' && root !== undefined ? [{ where: `${path}:${line}`, text, root }] : [];
  }),
);

describe('Manifests in the documentation are good ones', () => {
  test('there are some of both kinds', () => {
    const shown = manifests.map(({ where, root }) => `${root} in ${where.split(':')[0]}`);
    expect(shown).toEqual(
      expect.arrayContaining([
        'instances in docs/manifest.md',
        'environments in docs/manifest.md',
        'servers in docs/forge.md',
      ]),
    );
  });

  test.each(manifests)('$where', ({ text, where, root }) => {
    const { mistakes } =
      root === 'servers' ? parseManifest(text, where, forgeManifest) : parseCloudFile(text, where);
    expect(mistakes).toEqual([]);
  });
});
