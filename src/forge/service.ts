import type { Pace } from '../converge/pace.ts';
import type { Service } from '../converge/service.ts';
import { closed, Failure } from '../failure.ts';
import type { Api, ServiceHints } from '../http/hints.ts';
import { couldBe, describeExisting, drift, identityOf, otherName, particularsOf } from './compare.ts';
import { replace } from './replace.ts';
import type { ForgeProcess } from './shapes.ts';
import { describe, type ForgeSpec, processesOfNew } from './spec.ts';

/** The scopes of a Forge token that the actions need. Source: the API's description. */
export type TokenScope = 'server:view' | 'server:create-daemons' | 'server:delete-daemons';

/** Hints for the errors of Laravel Forge. */
export const forgeHints: ServiceHints = {
  service: 'Laravel Forge',
  unauthorized:
    'The token is not valid: it may be mistyped, cut off, expired or revoked. Create a new one in Forge, under the API settings of your profile, and update the secret',
  tooMany:
    'Forge counts the requests of the token’s owner, those of other tokens and runs included: run the job again later, or run fewer at once',
};

/** The hint for a 403 of a request that needs this scope. */
export function needsScope(scope: TokenScope): string {
  return `The token needs the scope ${scope}, and its owner access to this server. Create a token with this scope in Forge, under the API settings of your profile, and update the secret`;
}

/**
 * The changes that fit into the rate limit. Documented: 60 requests a minute for each user. A change takes about three
 * requests: one to write, and two to read the result.
 */
export const forgePace: Pace = { changes: 20, window: 60_000 };

/** The rules of Laravel Forge for the engine. */
export const forgeService: Service<ForgeSpec, ForgeProcess> = {
  identityOf,
  identityOfExisting: identityOf,
  couldBe,
  statesIdentity: ({ doubt }) => doubt === undefined,
  drift,
  onDrift: 'replace',
  reconcile: replace,
  describe,
  describeExisting,
  settingsOf: ({ processes = processesOfNew, siteId, startsecs, stopwaitsecs, stopsignal }) => ({
    processes,
    ...(siteId === undefined ? {} : { site: siteId }),
    ...(startsecs === undefined ? {} : { startsecs }),
    ...(stopwaitsecs === undefined ? {} : { stopwaitsecs }),
    ...(stopsignal === undefined ? {} : { stopsignal }),
  }),
  settingsOfExisting: ({ processes }) => ({ processes }),
  isDeclarable: () => true,
  particularsOf,
  howToDistinguish: 'set user, directory or site',
  howToChoose: 'delete all but one of them',
  nameTaken: ({ name }, refusal) =>
    new Failure({
      what: `Creating the background process "${name}"`,
      why: `${closed(refusal.why)} Another background process of this server has that name, most likely with another command, user or directory`,
      fix: 'Set another name, or leave name out: the step then derives it from the command, user, directory and site',
    }),
  renamed(spec) {
    const name = otherName(spec.name, spec.command);
    return { spec: { ...spec, name }, otherName: name };
  },
  partOf: ({ siteId }) => siteId,
};

export const forge: Api = {
  hints: forgeHints,
  token: {
    variables: ['FORGE_API_TOKEN', 'FORGE_TOKEN'],
    origin: 'in Laravel Forge, under the API settings of your profile',
  },
  apiUrl: 'https://forge.laravel.com/api',
};

/** Milliseconds that Forge may take to remove a process. */
export const removalSpan = 180_000;
