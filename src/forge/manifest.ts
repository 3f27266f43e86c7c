import { foldCommand, keyOf } from '../converge/compare.ts';
import {
  type Declarable,
  declareAll,
  isPlainName,
  placesOf,
  undeclarable,
  writeManifest,
} from '../manifest/file.ts';
import type { ManifestKind } from '../manifest/read.ts';
import { check } from '../manifest/schema.ts';
import { quoted } from '../text.ts';
import { identityOf } from './compare.ts';
import { forgeService } from './service.ts';
import type { ForgeProcess } from './shapes.ts';
import { describe, type ForgeDeclaration, ProcessDeclaration, processesRange, usualUser } from './spec.ts';
import { isLeaving } from './status.ts';

export const forgeManifest: ManifestKind<ForgeDeclaration> = {
  file: '.github/forge-processes.yml',
  root: 'servers',
  onePlace: 'server, such as web-1',
  example: 'servers: { web-1: [{ command: php8.4 artisan horizon }] }',
  process: ProcessDeclaration,
  keyOf: ({ site, ...declared }) => keyOf(identityOf({ ...declared, siteId: site })),
  nameOf: ({ name }) => name,
  describe,
};

export interface RunningServer {
  readonly id: string;
  readonly name: string;
  /** The site, if only the processes of one site were listed. */
  readonly site: string | undefined;
  readonly processes: readonly ForgeProcess[];
}

/** Returns a manifest for which `forge/apply` plans no change. Its comments name undeclarable processes. */
export function writeForgeManifest(
  { id, name, site, processes }: RunningServer,
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const staying = processes.filter((process) => !isLeaving(process));
  const { declared, notes: own } = declareAll(quoted(name), staying, {
    identityOf: forgeService.identityOfExisting,
    describe: forgeService.describeExisting,
    declare: (process) => declare(process, site),
  });
  const places = placesOf([{ name: isPlainName(name) ? name : id, processes: declared }]);
  return writeManifest(new Map([['servers', places]]), { schemaUrl, notes: [...notes, ...own] });
}

function declare(
  { command, directory, user, processes }: ForgeProcess,
  site: string | undefined,
): Declarable {
  if (user.trim() !== user || user === '')
    return { why: 'a manifest cannot hold its user; prune would delete it' };
  const fields = {
    command: foldCommand(command),
    directory: directory?.trim() || undefined,
    user: user === usualUser ? undefined : user,
    site,
    processes: processes !== undefined && processes >= processesRange.min ? processes : undefined,
  };
  const { value, problems } = check(ProcessDeclaration, fields);
  return value?.command === fields.command ? { fields } : undeclarable(problems);
}
