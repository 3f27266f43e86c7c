import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findChromium, noChromium } from '../../scripts/pictures/chromium.ts';
import { toHtml } from '../../scripts/pictures/markdown.ts';
import { pageOf } from '../../scripts/pictures/page.ts';
import { commentOfAPlan, summaryOfAnUpdate } from '../../scripts/pictures/scenes.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { markdownFiles, readDocument } from './documents.ts';

const folder = join(REPOSITORY_ROOT, 'docs/pictures');
const pictures = readdirSync(folder);

test('every picture is shown in a document, for light and dark', () => {
  const shown = markdownFiles().flatMap((path) =>
    [...readDocument(path).matchAll(/pictures\/([\w-]+\.png)/g)].map(([, name]) => name),
  );
  expect(shown.sort()).toEqual(pictures.sort());
  const themes = (theme: string) => pictures.filter((name) => name.endsWith(`-${theme}.png`)).length;
  expect(themes('light')).toBe(themes('dark'));
});

test('every picture is small', () => {
  expect(pictures.filter((name) => statSync(join(folder, name)).size > 100_000)).toEqual([]);
});

test.each([
  ['comment', commentOfAPlan, 'php artisan pulse:work'],
  ['summary', summaryOfAnUpdate, 'Updated'],
])('the %s that is shown comes from a run', async (name, scene, text) => {
  const shown = await scene();
  expect(shown.name).toBe(name);
  expect(pageOf(shown, 'light')).toMatch(new RegExp(text));
});

describe('Markdown as GitHub shows it', () => {
  test('a diff has the colours of its lines, and stays text', () => {
    expect(toHtml('```diff\n@@ a @@\n+ <b>\n! b\n- c\n  d\n```\n')).toBe(
      '<pre><code class="language-diff"><span class="pl-mdr">@@ a @@</span>\n' +
        '<span class="pl-mi1">+ &lt;b&gt;</span>\n<span class="pl-mc">! b</span>\n' +
        '<span class="pl-md">- c</span>\n  d\n</code></pre>\n',
    );
  });

  test('HTML and tables are shown, scripts are not run', () => {
    expect(toHtml('<p>a</p>\n\n| a |\n| - |\n| b |\n')).toContain('<td>b</td>');
    expect(toHtml('<script>alert(1)</script>')).not.toContain('<script>');
  });
});

test('without a Chromium it is said what to install', () => {
  expect(findChromium({ PATH: '/nowhere' })).toBeUndefined();
  expect(noChromium).toMatch(/no Chromium .*apt-get install chromium.*CHROMIUM/);
  expect(findChromium({ PATH: '/nowhere', CHROMIUM: '/opt/chrome' })).toBe('/opt/chrome');
});
