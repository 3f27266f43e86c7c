import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import { licenses } from './licenses.ts';

const root = new URL('../', import.meta.url);

/** The entries that the `action.yml` files name, each with the action that it runs. */
export const entries = {
  'ensure.js': 'ensure',
  'list.js': 'list',
  'delete.js': 'delete',
  'apply.js': 'apply',
  'forge.js': 'forge',
  'forge-list.js': 'forge-list',
  'forge-restart.js': 'forge-restart',
} as const;

export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
}

/** Compiles, bundles and minifies the sources into a folder: the same bytes on every machine. */
export async function buildDist(folder: URL): Promise<WrittenFile[]> {
  await compile();
  const files = new Map<string, string>();
  for (const [name, code] of await bundle()) {
    files.set(name, name.endsWith('.js') ? await minified(name, code) : code);
  }
  for (const [name, action] of Object.entries(entries)) {
    files.set(name, `import { run } from './index.js';\nawait run('${action}');\n`);
  }
  files.set('licenses.txt', await licenses(root));
  await mkdir(folder, { recursive: true });
  const written = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, text] of written) await writeFile(new URL(name, folder), text);
  return written.map(([name, text]) => ({ name, bytes: Buffer.byteLength(text) }));
}

/** ncc cannot compile TypeScript 7, which has no JavaScript interface: `tsc` runs first, ncc takes its output. */
async function compile(): Promise<void> {
  await rm(new URL('build/', root), { recursive: true, force: true });
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}

async function bundle(): Promise<Map<string, string>> {
  const entry = fileURLToPath(new URL('build/main.js', root));
  const { code, assets } = await ncc(entry, {
    cache: false,
    quiet: true,
    target: 'es2024',
  });
  const files = new Map([['index.js', code]]);
  for (const [name, { source }] of Object.entries(assets)) files.set(name, String(source));
  return files;
}

/** Names stay, so that an unexpected error is readable; what no action uses goes. */
async function minified(name: string, code: string): Promise<string> {
  const { code: small } = await minify(
    { [name]: code },
    {
      module: true,
      ecma: 2020,
      compress: { passes: 2 },
      mangle: { keep_classnames: true, keep_fnames: true },
    },
  );
  if (small === undefined) throw new Error(`terser gave nothing for ${name}`);
  return `${small}\n`;
}
