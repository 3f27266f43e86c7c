import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageOf } from '../../scripts/pictures/page.ts';
import { commentOfAPlan, summaryOfAnUpdate } from '../../scripts/pictures/scenes.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { fenceIn, markdownFiles, readDocument } from './documents.ts';

test('every picture is shown in a document', () => {
  const shown = markdownFiles().flatMap((path) =>
    [...readDocument(path).matchAll(/pictures\/([\w-]+\.png)/g)].map(([, name]) => name),
  );
  expect(shown.sort()).toEqual(readdirSync(join(REPOSITORY_ROOT, 'docs/pictures')).sort());
});

test('what is pictured comes from a run, and the plan in the README is that of the comment', async () => {
  const comment = await commentOfAPlan();
  const plan = fenceIn(comment.markdown, 'diff');
  expect(plan).toBe(fenceIn(readDocument('README.md'), 'diff'));
  expect(pageOf(comment, 'light')).toContain('php artisan pulse:work');
  expect(pageOf(await summaryOfAnUpdate(), 'light')).toContain('Updated');
});
