import type { Rules } from '../processes/plan/rules.ts';
import { drift } from './create.ts';
import { identityOf, identityOfExisting } from './identity.ts';
import type { PlacedProcess } from './process.ts';
import { describe, type ForgeSpec, processesOfNew } from './spec.ts';

/** What a plan must know of the processes of Forge. */
export const forgeRules: Rules<ForgeSpec, PlacedProcess> = {
  identityOf,
  identityOfExisting,
  drift,
  mend: 'replace',
  describe,
  describeExisting: ({ directory, ...process }) =>
    describe({ ...process, directory: directory ?? undefined }),
  settingsOf: ({ processes = processesOfNew, startsecs, stopwaitsecs, stopsignal }) => ({
    processes,
    ...(startsecs === undefined ? {} : { startsecs }),
    ...(stopwaitsecs === undefined ? {} : { stopwaitsecs }),
    ...(stopsignal === undefined ? {} : { stopsignal }),
  }),
  settingsOfExisting: ({ processes }) => ({ processes }),
  isDeclarable: () => true,
  tellApart: 'give directory in the manifest',
};
