import { posix } from 'node:path';
import type { Plugin } from 'rolldown';
import type { LeftOut } from './left-out.ts';

const prefix = '\0left out: ';

/** Puts stand-ins in the place of what is left out. Fails the build when a library has changed so that one is of no use. */
export function leaveOut(list: readonly LeftOut[]): Plugin {
  const used = new Set<LeftOut>();
  return {
    name: 'leave-out',
    async resolveId(source, importer) {
      const entry = importer === undefined ? undefined : find(list, source, pathInNodeModules(importer));
      if (entry === undefined) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      // What is not found counts as a module from elsewhere.
      if (found === null || found.external) this.error(ofNoUse(entry, 'it is not there any more'));
      used.add(entry);
      return prefix + entry.module;
    },
    load(id) {
      const entry = list.find(({ module }) => id === prefix + module);
      return entry === undefined ? null : { code: entry.instead, moduleType: 'js' };
    },
    buildEnd(error) {
      const unused = list.find((entry) => !used.has(entry));
      if (error === undefined && unused !== undefined)
        this.error(ofNoUse(unused, 'nothing that is bundled imports it any more'));
    },
  };
}

function find(list: readonly LeftOut[], source: string, importer: string): LeftOut | undefined {
  const imported = source.startsWith('.') ? posix.join(posix.dirname(importer), source) : source;
  const name = imported.replace(/\.js$/, '');
  return list.find(({ module, by }) => module === name && importer.startsWith(`${by}/`));
}

/** `undici/lib/api/readable.js`, wherever the package is installed. */
function pathInNodeModules(file: string): string {
  return file.replaceAll('\\', '/').replace(/^.*\/node_modules\//, '');
}

function ofNoUse({ module, by, why }: LeftOut, what: string): string {
  return (
    `dist is built without ${module} (${why}), but ${what}. ${by} must have changed: ` +
    `see what takes that place in it now, then correct or remove the entry in scripts/left-out.ts.`
  );
}
