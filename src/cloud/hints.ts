import type { ServiceHints } from '../http/status-failure.ts';

/** What Laravel Cloud's refusals usually mean. */
export const cloudHints: ServiceHints = {
  service: 'Laravel Cloud',
  unauthorized:
    'The token is not valid: it may be mistyped, expired or revoked. Make a new one in Laravel Cloud and update the secret',
  forbidden:
    'The token may not do this: check its permissions, and that it belongs to the organization of this application',
  notFound: 'Check the ids and names in the inputs: a token sees only its own organization',
  tooMany:
    'Laravel Cloud counts the requests of the whole organization, those of its other tokens and runs included: run the job again later, or run fewer at once',
};
