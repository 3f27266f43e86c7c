import type { ServiceHints } from '../http/status-failure.ts';

/** What a Forge token may be allowed to do, as far as the actions need it. Source: the API's description. */
export type Scope = 'server:view' | 'server:create-daemons' | 'server:delete-daemons';

/** What Laravel Forge's refusals usually mean. */
export const forgeHints: ServiceHints = {
  service: 'Laravel Forge',
  unauthorized:
    'The token is not valid: it may be mistyped, cut off, expired or revoked. Make a new one in Forge, under the API settings of your profile, and update the secret',
  forbidden: 'The token may not do this: check its scopes, and that its owner may see this organization',
  notFound: 'Check organization and server: a token sees only what its owner may see',
  tooMany:
    'Forge counts the requests of the token’s owner, those of other tokens and runs included: run the job again later, or run fewer at once',
};

/** What to do about a 403 of a call that needs this scope. */
export function needsScope(scope: Scope): string {
  return `The token needs the scope ${scope}, and its owner access to this server: make a token that has it in Forge, under the API settings of your profile, and update the secret`;
}
