import { posix } from 'node:path';
import type { Plugin } from 'rolldown';
import type { LeftOut } from './left-out.ts';

const prefix = '\0left out: ';

/** Replaces left-out modules by stand-ins. Fails the build when a changed library no longer needs a stand-in. */
export function leaveOut(list: readonly LeftOut[]): Plugin {
  const used = new Set<LeftOut>();
  return {
    name: 'leave-out',
    async resolveId(source, importer) {
      const entry = importer === undefined ? undefined : find(list, source, pathInNodeModules(importer));
      if (entry === undefined) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      // A module that is not found counts as external.
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

/** Returns the path in `node_modules`: `undici/lib/api/readable.js`. */
function pathInNodeModules(file: string): string {
  return file.replaceAll('\\', '/').replace(/^.*\/node_modules\//, '');
}

function ofNoUse({ module, by, why }: LeftOut, what: string): string {
  return (
    `dist is built without ${module} (${why}), but ${what}. ${by} must have changed: ` +
    `see what takes that place in it now, then correct or remove the entry in scripts/left-out.ts.`
  );
}
