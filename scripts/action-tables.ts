import { join } from 'node:path';
import { generateActionMarkdownDocs } from 'action-docs';
import { actionFolders, actionYml } from './action-folders.ts';
import { repository, root } from './repository.ts';

/** Returns the text of `docs/reference.md`: every action with its inputs and outputs. */
export async function reference(): Promise<string> {
  const sections = await Promise.all((await actionFolders()).map(sectionOf));
  return [
    '# Reference',
    'All inputs and outputs of every action. `npm run docs` makes this page from the `action.yml` files. An empty input counts as not set.',
    ...sections,
  ].join('\n\n');
}

async function sectionOf(folder: string): Promise<string> {
  const { name, description } = await actionYml(folder);
  const uses = `\`uses: ${repository}${folder === '' ? '' : `/${folder}`}@v1\``;
  const sourceFile = join(root, folder, 'action.yml');
  const markdown = await generateActionMarkdownDocs({ sourceFile, tocLevel: 3 });
  const tables = markdown.split(/^(?=### )/m).filter((section) => /^#+ (Inputs|Outputs)\n/.test(section));
  return `${[`## ${name}`, description, uses, ...tables.map((table) => tidied(table).trim())].join('\n\n')}\n`;
}

/** Removes paragraphs in cells and empty defaults from a table by action-docs. */
function tidied(table: string): string {
  return table.replace(/<\/?p>/g, '').replace(/\| `""` \|$/gm, '|  |');
}
