import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import { cloud } from '../src/cloud/service.ts';
import { forge } from '../src/forge/service.ts';
import { actionFolders, actionYml } from './action-folders.ts';
import { bundle } from './bundle.ts';
import { licenses } from './licenses.ts';

const bundled = new URL('../build/bundle/', import.meta.url);
const mapped = new URL('../build/maps/', import.meta.url);

type Files = ReadonlyMap<string, string>;

export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
}

/** Bundles, packs and minifies the sources, and writes the result into a folder: the same bytes on every machine. */
export async function buildDist(folder: URL): Promise<WrittenFile[]> {
  const { files, sources } = await bundle();
  const commonJs = ['package.json', '{"type":"commonjs"}\n'] as const;
  await write(bundled, new Map([...files, commonJs]));
  const dist = new Map([
    ...files,
    ...(await packed([...files.keys()])),
    ...(await entries()),
    commonJs,
    ['licenses.txt', await licenses(sources)] as const,
  ]);
  await write(folder, dist);
  return [...dist].map(([name, content]) => ({ name, bytes: Buffer.byteLength(content) })).sort(byName);
}

/** Packs each part separately with ncc, so that a step loads only the parts that it needs. */
async function packed(parts: readonly string[]): Promise<Files> {
  const externals = Object.fromEntries(parts.map((name) => [`./${name}`, `./${name}`]));
  const files = new Map<string, string>();
  const maps = new Map<string, string>();
  for (const name of parts) {
    const path = fileURLToPath(new URL(name, bundled));
    const { code } = await ncc(path, { cache: false, quiet: true, target: 'es2024', externals });
    const { small, map } = await minified(name, code);
    files.set(name, small);
    maps.set(`${name}.map`, map);
  }
  await write(mapped, maps);
  return files;
}

async function minified(name: string, code: string): Promise<{ small: string; map: string }> {
  const { code: small, map } = await minify(
    { [name]: code },
    {
      toplevel: true,
      ecma: 2020,
      compress: { passes: 2 },
      // V8 compiles a function in parentheses at once, any other function a second time at its first call; here every
      // function is called. V8 also reads pure ASCII faster.
      format: { wrap_func_args: true, ascii_only: true },
      sourceMap: { includeSources: true },
    },
  );
  if (small === undefined || typeof map !== 'string') throw new Error(`terser gave nothing for ${name}`);
  return { small: `${small}\n`, map };
}

/**
 * Returns the scripts that the `action.yml` files name. Each script has the name of its action, and opens the
 * connection first.
 */
async function entries(): Promise<Files> {
  const files = new Map<string, string>();
  for (const folder of await actionFolders()) {
    const { runs } = await actionYml(folder);
    const name = basename(String(runs.main));
    const { apiUrl, token } = folder.startsWith('forge') ? forge : cloud;
    const target = JSON.stringify({ apiUrl, tokenVariables: token.variables });
    files.set(
      name,
      `require('./connect.js').connectEarly(${target}).then((connection) =>
  require('./index.js').run('${basename(name, '.js')}', connection),
);\n`,
    );
  }
  return files;
}

/** Writes the files into the folder, and deletes all others there. */
async function write(folder: URL, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFile(new URL(name, folder), content);
}

function byName(a: WrittenFile, b: WrittenFile): number {
  return a.name < b.name ? -1 : 1;
}
