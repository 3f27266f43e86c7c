import { describeExisting } from './describe-existing.ts';
import { drift } from './drift.ts';
import type { ExistingProcess } from './existing.ts';
import { identityOf, identityOfExisting } from './identity.ts';
import { setOptions } from './intended.ts';
import type { Rules, Settings } from './plan/rules.ts';
import { describe, type ProcessSpec, processesOfNew } from './spec.ts';

/** What a plan must know of the processes of Laravel Cloud. */
export const cloudRules: Rules<ProcessSpec, ExistingProcess> = {
  identityOf,
  identityOfExisting,
  drift,
  mend: 'update',
  describe,
  describeExisting,
  settingsOf: (spec) => settings(spec.processes ?? processesOfNew, spec.type === 'worker' ? spec.config : {}),
  settingsOfExisting: ({ processes, config }) => settings(processes, setOptions(config)),
  isDeclarable: ({ type }) => type === 'worker' || type === 'custom',
  tellApart: 'give connection in the manifest',
};

/** Queue and connection are told by the description. */
function settings(processes: number, config: object): Settings {
  const options = Object.entries(config).filter(([key]) => key !== 'queue' && key !== 'connection');
  return { processes, ...Object.fromEntries(options.map(([key, value]) => [`config.${key}`, value])) };
}
