import type { ManifestKind } from '../manifest/read.ts';
import { identityKey } from './identity.ts';
import { describe, ProcessDeclaration, type ProcessSpec } from './spec.ts';

/** What the instances of an environment of Laravel Cloud should run. */
export const cloudManifest: ManifestKind<ProcessSpec> = {
  file: '.github/background-processes.yml',
  root: 'instances',
  onePlace: 'instance, such as App',
  example: 'instances: { App: [{ type: worker }] }',
  process: ProcessDeclaration,
  keyOf: identityKey,
  nameOf: () => undefined,
  describe,
};
