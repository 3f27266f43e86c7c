import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeSplittingGroup, rolldown } from 'rolldown';
import { leaveOut } from './leave-out.ts';
import { leftOut } from './left-out.ts';
import { partsOfUndici } from './parts-of-undici.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = join(root, 'src');
const earlyConnection = join(sources, 'early-connection.ts');

export interface Bundle {
  /** Files by their names: `connect.js`, `index.js`, what that loads when it is needed, and undici's parser. */
  readonly files: ReadonlyMap<string, string | Buffer>;
  /** The sources whose code is in it. */
  readonly sources: readonly string[];
}

/**
 * The files that the code goes into: a module goes into the first that asks for it, and its imports go with it. A step
 * loads a file whole, so each has what some steps need and the others do not.
 */
const groups: CodeSplittingGroup[] = [
  // All that the root action needs. The connection is begun before this file is loaded.
  { name: 'index', tags: ['$initial'], test: (id) => id !== earlyConnection },
  // The other actions, but for those that read or write a manifest.
  { name: 'more', test: /[\\/]src[\\/]actions[\\/](delete|forge-(ensure|delete|restart))\.ts$/ },
  // Those, with YAML and the plan.
  { name: 'manifest', test: /[\\/]src[\\/]actions[\\/](forge-)?(list|apply)\.ts$/ },
];

/** Bundles the sources and what they use of the libraries, as CommonJS, which starts faster than ES modules do. */
export async function bundle(): Promise<Bundle> {
  const build = await rolldown({
    cwd: root,
    input: { index: join(sources, 'main.ts'), connect: earlyConnection },
    platform: 'node',
    // The same sources as ES modules: what is not used of them goes.
    resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') } },
    plugins: [partsOfUndici(), leaveOut(leftOut)],
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
    chunkFileNames: '[name].js',
    codeSplitting: { groups },
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
