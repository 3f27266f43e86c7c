import { allowed, type Storm } from '../e2e/storms.ts';
import type { Scenario } from './scenario.ts';

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

/** The documentation's table: what each use of each action costs in requests. */
export function requestsTable(scenarios: readonly Scenario[]): string {
  const rows = scenarios.flatMap(({ action, title, costs }) => {
    if (costs === undefined) return [];
    const { requests, depth } = costs;
    return [`| ${nameOf(action)} | ${title} | ${requests.length} | ${depth} | ${counted(requests)} |`];
  });
  return ['| action | case | requests | depth | which |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** The documentation's table: what a run sends at most while something goes wrong. */
export function stormsTable(storms: readonly Storm[]): string {
  const rows = storms.map(
    (storm) => `| ${nameOf(storm.action)} | ${storm.title} | ${storm.pages} | ${allowed(storm)} |`,
  );
  return [
    '| action | what goes on | pages of a list | at most in a minute |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function nameOf(action: string): string {
  return action === '.' ? 'root' : `\`${action}\``;
}

function counted(requests: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(request, (counts.get(request) ?? 0) + 1);
  return [...counts].map(([request, count]) => `${count > 1 ? `${count} × ` : ''}\`${request}\``).join(', ');
}
