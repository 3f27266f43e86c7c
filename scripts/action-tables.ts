import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateActionMarkdownDocs } from 'action-docs';
import { parse } from 'yaml';
import { actionFolders } from './action-folders.ts';
import { repository } from './repository.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

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
  const { name, description } = await metadataOf(folder);
  const path = folder === '' ? '' : `/${folder}`;
  return [`## ${name}`, description, `\`uses: ${repository}${path}@v1\``, await tablesOf(folder)].join(
    '\n\n',
  );
}

async function metadataOf(folder: string): Promise<{ name: string; description: string }> {
  const { name, description } = parse(await readFile(join(root, folder, 'action.yml'), 'utf8'));
  return { name: String(name), description: String(description) };
}

/** Returns the tables of inputs and outputs, each under a heading. */
async function tablesOf(folder: string): Promise<string> {
  const markdown = await generateActionMarkdownDocs({
    sourceFile: join(root, folder, 'action.yml'),
    tocLevel: 3,
  });
  const sections = markdown.split(/^(?=### )/m);
  const tables = sections.filter((section) => /^#+ (Inputs|Outputs)\n/.test(section));
  return `${tables.map((table) => tidied(table).trim()).join('\n\n')}\n`;
}

/** Removes paragraphs in cells and empty defaults from a table by action-docs. */
function tidied(table: string): string {
  return table.replace(/<\/?p>/g, '').replace(/\| `""` \|$/gm, '|  |');
}
