import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { markdownFiles, readDocument } from './documents.ts';

test('documents link only to files and headings that exist', () => {
  expect(
    markdownFiles().flatMap((path) => brokenLinksIn(path).map((target) => `${path}: ${target}`)),
  ).toEqual([]);
});

test('the documents for contributors name only files that exist', () => {
  const documents = ['CONTRIBUTING.md', 'docs/architecture.md', 'docs/releasing.md', 'test/README.md'];
  const places = ['.', 'src', 'test'];
  const isThere = (name: string) => places.some((place) => existsSync(join(REPOSITORY_ROOT, place, name)));
  for (const path of documents)
    expect(
      namesIn(readDocument(path)).filter((name) => !isThere(name)),
      path,
    ).toEqual([]);
});

function brokenLinksIn(path: string): string[] {
  return linksIn(readDocument(path)).filter((target) => {
    const [file = '', heading] = target.split('#');
    const linked = file === '' ? path : join(dirname(path), file).replaceAll('\\', '/');
    if (!existsSync(join(REPOSITORY_ROOT, linked))) return true;
    return heading !== undefined && !anchorsIn(readDocument(linked)).includes(heading);
  });
}

/** Links to places in this repository, pictures among them. */
function linksIn(markdown: string): string[] {
  const targets = withoutFences(markdown).matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g);
  const links = [...targets].map(([, link = '', picture = '']) => link || picture);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

/** Files with a folder in backticks: `processes/drift.ts`. */
function namesIn(markdown: string): string[] {
  return [...markdown.matchAll(/`([\w.-]+\/[\w./-]+\.(?:ts|cjs))`/g)].map(([, name = '']) => name);
}

/** As GitHub makes them from headings: lower case, hyphens for spaces, no punctuation. */
function anchorsIn(markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
}
