import { keyOf } from '../converge/identity.ts';
import type { ManifestKind } from '../manifest/read.ts';
import { identityOf } from './identity.ts';
import { describe, type ForgeDeclaration, ProcessDeclaration } from './spec.ts';

/** What the servers of a Forge organization should run. */
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
