import { expect, test } from 'vitest';
import { actionFolders } from '../../scripts/action-folders.ts';
import { reference } from '../../scripts/action-tables.ts';
import { readActionMetadata } from '../e2e/harness/action-metadata.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { readDocument } from './documents.ts';

test('the reference shows every action', async () => {
  expect(readDocument('docs/reference.md'), 'run npm run docs').toBe(await reference());
});

test('every input and output has a row of its own, with as many cells as its table', async () => {
  const sections = (await reference()).split(/^## /m).slice(1);
  const folders = await actionFolders();
  expect(sections).toHaveLength(folders.length);
  for (const [index, folder] of folders.entries()) {
    const { inputs, outputs } = readActionMetadata(REPOSITORY_ROOT, folder);
    const [, inputTable = '', outputTable = ''] = sections[index]?.split(/^### /m) ?? [];
    expect(rowsOf(inputTable, 4)).toEqual(Object.keys(inputs));
    expect(rowsOf(outputTable, 2)).toEqual(Object.keys(outputs));
  }
});

/** The names in a table's first column. */
function rowsOf(table: string, columns: number): string[] {
  const [, , ...rows] = table.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) => {
    const cells = row.split(' | ');
    expect(cells).toHaveLength(columns);
    return cells[0]?.replace(/^\| `(.*)`$/, '$1') ?? '';
  });
}
