import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateActionMarkdownDocs } from 'action-docs';
import { parse } from 'yaml';
import { actionFolders } from './action-folders.ts';
import { repository } from './repository.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The README with the root action's tables between its markers. */
export async function withRootTables(readme: string): Promise<string> {
  const markers = /(<!-- tables of action\.yml -->\n)[\s\S]*?(<!-- end of tables -->)/;
  if (!markers.test(readme)) throw new Error('README.md has lost the markers of its tables');
  const tables = await tablesOf('', 3);
  return readme.replace(markers, (_, start: string, end: string) => `${start}\n${tables}\n${end}`);
}

/** `docs/reference.md`: every action with its inputs and outputs. */
export async function reference(): Promise<string> {
  const sections = await Promise.all((await actionFolders()).map(sectionOf));
  return [
    '# Reference',
    'Every action of this repository. Made from the `action.yml` files by `npm run docs`.',
    ...sections,
  ].join('\n\n');
}

async function sectionOf(folder: string): Promise<string> {
  const { name, description } = await metadataOf(folder);
  const path = folder === '' ? '' : `/${folder}`;
  return [`## ${name}`, description, `\`uses: ${repository}${path}@v1\``, await tablesOf(folder, 3)].join(
    '\n\n',
  );
}

async function metadataOf(folder: string): Promise<{ name: string; description: string }> {
  const { name, description } = parse(await readFile(join(root, folder, 'action.yml'), 'utf8'));
  return { name: String(name), description: String(description) };
}

/** The inputs and the outputs, each under a heading of that level. */
async function tablesOf(folder: string, level: number): Promise<string> {
  const markdown = await generateActionMarkdownDocs({
    sourceFile: join(root, folder, 'action.yml'),
    tocLevel: level,
  });
  const heading = '#'.repeat(level);
  const sections = markdown.split(new RegExp(`^(?=${heading} )`, 'm'));
  const tables = sections.filter((section) => /^#+ (Inputs|Outputs)\n/.test(section));
  return `${tables.map((table) => tidied(table).trim()).join('\n\n')}\n`;
}

/** As action-docs writes it, without what says nothing: paragraphs in cells, and empty defaults. */
function tidied(table: string): string {
  return table.replace(/<\/?p>/g, '').replace(/\| `""` \|$/gm, '|  |');
}
