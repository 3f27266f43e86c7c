import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'rolldown';

/** The dispatcher's methods in use. `connect` opens the tunnel of a proxy. */
const methods = ['request', 'connect'];

/**
 * Changes `import { Pool } from 'undici'` into an import of the file that contains `Pool`. The index of undici would
 * load more than twice the code that an action needs.
 */
export function partsOfUndici(): Plugin {
  const { resolve } = createRequire(import.meta.url);
  const index = readFileSync(resolve('undici'), 'utf8');
  const api = readFileSync(resolve('undici/lib/api/index.js'), 'utf8');
  return {
    name: 'parts-of-undici',
    transform(code, id) {
      if (id.includes('node_modules') || !code.includes(`from 'undici'`)) return null;
      return { code: withParts(code, index, api) };
    },
  };
}

/** Returns a source with each import of undici's index replaced by imports of the files that the index names. */
export function withParts(source: string, index: string, api: string): string {
  return source.replace(/^import \{([^}]*)\} from 'undici';$/gm, (_, names: string) => {
    const parts = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    if (parts.length === 0) return '';
    const added = methods.map((name) => [`${name}OfDispatcher`, `lib/api/${methodFile(name, api)}`] as const);
    const imports = [
      ...parts.map((name) => [name, partFile(name, index)] as const),
      ['DispatcherItself', partFile('Dispatcher', index)] as const,
      ...added,
    ];
    return [
      ...imports.map(([name, file]) => `import ${name} from 'undici/${file}';`),
      // The index does the same.
      ...methods.map((name) => `DispatcherItself.prototype.${name} = ${name}OfDispatcher;`),
    ].join(' ');
  });
}

function partFile(name: string, index: string): string {
  return found(name, new RegExp(`^const ${name} = require\\('\\./(lib/[\\w/-]+)'\\)$`, 'm').exec(index));
}

function methodFile(name: string, api: string): string {
  return found(
    name,
    new RegExp(`^module\\.exports\\.${name} = require\\('\\./([\\w-]+)'\\)$`, 'm').exec(api),
  );
}

function found(name: string, match: RegExpExecArray | null): string {
  if (match?.[1] !== undefined) return match[1];
  throw new Error(`undici does not take ${name} from a file of its own: see scripts/parts-of-undici.ts`);
}
