import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
