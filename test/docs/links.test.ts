import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { markdownFiles, readDocument } from './documents.ts';

describe.each(markdownFiles())('%s', (path) => {
  test('links only to files and headings that exist', () => {
    for (const target of linksIn(readDocument(path))) {
      const [file = '', heading] = target.split('#');
      const linked = file === '' ? path : join(dirname(path), file).replaceAll('\\', '/');
      expect(existsSync(join(REPOSITORY_ROOT, linked)), target).toBe(true);
      if (heading !== undefined) expect(anchorsIn(readDocument(linked)), target).toContain(heading);
    }
  });
});

/** Links to places in this repository. */
function linksIn(markdown: string): string[] {
  const links = [...withoutFences(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
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
