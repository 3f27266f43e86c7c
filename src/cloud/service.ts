import type { Settings } from '../converge/compare.ts';
import type { Pace } from '../converge/pace.ts';
import type { Service } from '../converge/service.ts';
import type { Api, ServiceHints } from '../http/hints.ts';
import { couldBe, drift, identityOf, particularsOf, setOptions, statesIdentity } from './compare.ts';
import type { ExistingProcess } from './process.ts';
import { describe, type ProcessSpec, processesOfNew } from './spec.ts';
import { update } from './update.ts';

/** Hints for the errors of Laravel Cloud. */
export const cloudHints: ServiceHints = {
  service: 'Laravel Cloud',
  unauthorized:
    'The token is not valid: it may be mistyped, expired or revoked. Create a new one in Laravel Cloud and update the secret',
  forbidden:
    'The token is not allowed to do this. Check its permissions, and that it belongs to the organization of this application',
  notFound: 'Check the ids and names in the inputs: a token sees only its own organization',
  tooMany:
    'Laravel Cloud counts the requests of the whole organization, those of its other tokens and runs included: run the job again later, or run fewer at once',
};

/** The changes that the rate limit allows. Documented: 30 a minute, for the whole organization. */
export const cloudPace: Pace = { changes: 30, window: 60_000 };

/** The rules of Laravel Cloud for the engine. */
export const cloudService: Service<ProcessSpec, ExistingProcess> = {
  identityOf,
  identityOfExisting: identityOf,
  couldBe,
  statesIdentity,
  drift,
  onDrift: 'update',
  reconcile: update,
  describe,
  describeExisting: describe,
  settingsOf: (spec) => settings(spec.processes ?? processesOfNew, spec.type === 'worker' ? spec.config : {}),
  settingsOfExisting: ({ processes, config }) => settings(processes, setOptions(config)),
  isDeclarable: ({ type }) => type === 'worker' || type === 'custom',
  particularsOf,
  howToDistinguish: 'set connection',
  howToChoose: 'delete all but one of them, or pass the process-id of one',
  nameTaken: (_, refusal) => refusal,
};

/** Returns the settings without queue and connection, which the description has. */
function settings(processes: number | undefined, config: object): Settings {
  const options = Object.entries(config).filter(([key]) => key !== 'queue' && key !== 'connection');
  return { processes, ...Object.fromEntries(options.map(([key, value]) => [`config.${key}`, value])) };
}

export const cloud: Api = {
  hints: cloudHints,
  token: {
    variables: ['LARAVEL_CLOUD_TOKEN', 'LARAVEL_CLOUD_API_TOKEN'],
    origin: 'in the settings of the Laravel Cloud organization',
  },
  apiUrl: 'https://cloud.laravel.com/api',
};
