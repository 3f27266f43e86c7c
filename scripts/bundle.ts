import { join } from 'node:path';
import { type CodeSplittingGroup, rolldown } from 'rolldown';
import { root } from './repository.ts';

const sources = join(root, 'src');
const earlyConnection = join(sources, 'early-connection.ts');

export interface Bundle {
  /** The files by name: `connect.js`, `index.js`, and the parts that `index.js` loads later. */
  readonly files: ReadonlyMap<string, string>;
  /** The source files whose code is in the bundle. */
  readonly sources: readonly string[];
}

/**
 * The files of the bundle. A module goes into the first group that matches it, together with its imports. A step loads
 * a whole file, so each file holds code that some steps need and others do not.
 */
const groups: CodeSplittingGroup[] = [
  // The code of the root action. The connection is opened before this file is loaded.
  { name: 'index', tags: ['$initial'], test: (id) => id !== earlyConnection },
  // The other actions, except those that read or write a manifest.
  { name: 'more', test: /[\\/]src[\\/]actions[\\/](delete|forge-(ensure|delete|restart))\.ts$/ },
  // The actions that read or write a manifest, with YAML and the plan.
  { name: 'manifest', test: /[\\/]src[\\/]actions[\\/](forge-)?(list|apply)\.ts$/ },
];

/** Bundles the sources and the used parts of the libraries as CommonJS, which starts faster than ES modules. */
export async function bundle(): Promise<Bundle> {
  const build = await rolldown({
    cwd: root,
    input: { index: join(sources, 'main.ts'), connect: earlyConnection },
    platform: 'node',
    // The same library as ES modules, from which unused code can be removed.
    resolve: { alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') } },
    // An import of the toolkit has no side effects, but its package does not declare that. Without this line, its
    // unused code would stay.
    treeshake: { moduleSideEffects: [{ test: /node_modules[\\/]@actions[\\/]/, sideEffects: false }] },
    preserveEntrySignatures: 'allow-extension',
    // By default, a missing module is only a warning.
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
    files: new Map(parts.map(({ fileName, code }) => [fileName, code])),
    sources: parts.flatMap(({ modules }) =>
      Object.entries(modules).flatMap(([source, { renderedLength }]) => (renderedLength > 0 ? [source] : [])),
    ),
  };
}
