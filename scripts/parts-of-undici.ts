import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'rolldown';

const index = createRequire(import.meta.url).resolve('undici');

/**
 * The index of undici loads all of it, which is more than twice what an action needs. So `import { Pool } from 'undici'`
 * becomes an import of the file that the index itself takes `Pool` from.
 */
export function partsOfUndici(): Plugin {
  return {
    name: 'parts-of-undici',
    async transform(code, id) {
      if (id.includes('node_modules') || !code.includes(`from 'undici'`)) return null;
      const text = await readFile(index, 'utf8');
      return { code: withParts(code, text) };
    },
  };
}

/** A source with each import of undici's index replaced by imports of the files that this index names. */
export function withParts(source: string, index: string): string {
  return source.replace(/^import \{([^}]*)\} from 'undici';$/gm, (_, names: string) => {
    const parts = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    const imports = parts.map((name) => `import ${name} from 'undici/${fileOf(name, index)}';`);
    return [...imports, ...(parts.length > 0 ? methodsOfDispatchers(index) : [])].join(' ');
  });
}

/** The index also gives `request`, `connect` and the like to all dispatchers. */
function methodsOfDispatchers(index: string): string[] {
  const [, dispatcher = '', api = ''] = /^Object\.assign\((\w+)\.prototype, (\w+)\)$/m.exec(index) ?? [];
  return [
    `import DispatcherOfUndici from 'undici/${fileOf(dispatcher, index)}';`,
    `import apiOfUndici from 'undici/${fileOf(api, index)}';`,
    'Object.assign(DispatcherOfUndici.prototype, apiOfUndici);',
  ];
}

function fileOf(name: string, index: string): string {
  const [, file] = new RegExp(`^const ${name} = require\\('\\./(lib/[\\w/-]+)'\\)$`, 'm').exec(index) ?? [];
  if (file === undefined)
    throw new Error(`The index of undici does not take ${name || 'its methods'} from a file of its own`);
  return file;
}
