/** The requests of Laravel Cloud, as `docs/requests.md` names them. */
export const cloud = {
  list: 'GET /instances/{id}/background-processes',
  read: 'GET /background-processes/{id}',
  create: 'POST /instances/{id}/background-processes',
  update: 'PATCH /background-processes/{id}',
  remove: 'DELETE /background-processes/{id}',
  instances: 'GET /environments/{id}/instances',
  /** An instance by the name of its environment. */
  lookUp: ['GET /applications', 'GET /applications/{id}/environments', 'GET /environments/{id}/instances'],
} as const;

const server = '/orgs/{organization}/servers/{id}';

/** The requests of Laravel Forge. */
export const forge = {
  list: `GET ${server}/background-processes`,
  read: `GET ${server}/background-processes/{id}`,
  create: `POST ${server}/background-processes`,
  remove: `DELETE ${server}/background-processes/{id}`,
  restart: `POST ${server}/background-processes/{id}/actions`,
  servers: 'GET /orgs/{organization}/servers',
  sites: `GET ${server}/sites`,
} as const;
