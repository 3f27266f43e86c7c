import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PreRenderedChunk, rolldown } from 'rolldown';
import { leaveOut } from './leave-out.ts';
import { leftOut } from './left-out.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = join(root, 'src');
const firstConnection = join(sources, 'http/first-connection.ts');

export interface Bundle {
  /** Files by their names: `connect.js`, `index.js`, what that loads when it is needed, and undici's parser. */
  readonly files: ReadonlyMap<string, string | Buffer>;
  /** The sources whose code is in it. */
  readonly sources: readonly string[];
}

/** Bundles the sources and what they use of the libraries, as CommonJS, which starts faster than ES modules do. */
export async function bundle(): Promise<Bundle> {
  const build = await rolldown({
    cwd: root,
    input: { index: join(sources, 'main.ts'), connect: firstConnection },
    platform: 'node',
    // The same sources as ES modules: what is not used of them goes.
    resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') } },
    plugins: [leaveOut(leftOut)],
    // To import the toolkit has no effect, but it does not say so: without this, what is not used of it would stay.
    treeshake: { moduleSideEffects: [{ test: /node_modules[\\/]@actions[\\/]/, sideEffects: false }] },
    preserveEntrySignatures: 'allow-extension',
    // A module that is not found would only be a warning.
    onLog: (level, log, handle) => handle(level === 'warn' ? 'error' : level, log),
  });
  const { output } = await build.generate({
    format: 'cjs',
    strict: true,
    comments: false,
    minifyInternalExports: true,
    generatedCode: { symbols: false },
    chunkFileNames: nameOfPart,
    // All that the root action needs is in one file, each more would cost it time; but the connection comes before it.
    codeSplitting: { groups: [{ name: 'index', tags: ['$initial'], test: (id) => id !== firstConnection }] },
  });
  const parts = output.filter((file) => file.type === 'chunk');
  return {
    files: new Map<string, string | Buffer>([
      ...parts.map(({ fileName, code }) => [fileName, code] as const),
      ['llhttp.wasm', createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js')],
    ]),
    sources: parts.flatMap(({ modules }) =>
      Object.entries(modules).flatMap(([source, { renderedLength }]) => (renderedLength > 0 ? [source] : [])),
    ),
  };
}

/** A part that is loaded on its own is named by its source; what several of those share, by rolldown. */
function nameOfPart({ facadeModuleId, name }: PreRenderedChunk): string {
  if (typeof facadeModuleId !== 'string') return `shared-${name}.js`;
  const source = relative(sources, facadeModuleId);
  return source.replaceAll(sep, '-').replace(/\.ts$/, '.js');
}
