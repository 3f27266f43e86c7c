import {
  type Answer,
  asNumber,
  asText,
  document,
  invalid,
  type JsonObject,
  notFound,
  page,
  withOne,
} from './answer.ts';
import type { Call, Handlers } from './contract.ts';
import { processResource, serverResource, siteResource } from './forge-resources.ts';
import type { ForgeProcess, ForgeServer, ForgeState } from './forge-state.ts';

export function forgeHandlers(state: ForgeState): Handlers {
  return {
    listForgeServers: (call) =>
      withOrganization(state, call, (slug) => {
        const servers = state.servers.filter(
          ({ organization, name }) => organization === slug && containsFilter(call, 'name', name),
        );
        return cursorPage(call, servers, (server) => serverResource(server, new URL(call.url).origin));
      }),

    listForgeSites: (call) =>
      withServer(state, call, (server) => {
        const sites = state.sites.filter(
          ({ serverId, name }) => serverId === server.id && containsFilter(call, 'name', name),
        );
        return cursorPage(call, sites, (site) => siteResource(site, call.url));
      }),

    listForgeProcesses: (call) =>
      withServer(state, call, (server) => {
        const found = sorted(call, state.listedProcesses(server)).filter(
          ({ user, siteId, directory }) =>
            equalsFilter(call, 'user', user) &&
            equalsFilter(call, 'site_id', String(siteId)) &&
            equalsFilter(call, 'directory', directory ?? ''),
        );
        return cursorPage(call, found, (process) => shown(state, process));
      }),

    showForgeProcess: (call) =>
      withProcess(state, call, (process) => document(200, { data: shown(state, process) })),

    createForgeProcess: (call) =>
      withServer(state, call, (server) => {
        const { body } = call;
        const name = asText(body['name']) ?? '';
        const taken = nameTaken(state, server, name);
        if (taken !== undefined) return taken;
        const siteId = asNumber(body['site_id']) ?? null;
        const ownSite = state.sites.some((site) => site.serverId === server.id && site.id === String(siteId));
        if (siteId !== null && !ownSite) return invalid('site_id', 'The selected site id is invalid.');
        const process = state.addProcess(server, {
          name,
          command: asText(body['command']) ?? '',
          user: asText(body['user']) ?? 'forge',
          directory: asText(body['directory']) ?? null,
          processes: asNumber(body['processes']) ?? 1,
          siteId,
          startsecs: asNumber(body['startsecs']) ?? null,
          stopwaitsecs: asNumber(body['stopwaitsecs']) ?? null,
          stopsignal: asText(body['stopsignal']) ?? null,
        });
        process.script = state.scriptAfter('create');
        state.writes.made(process, state.now());
        return document(202, { data: shown(state, process) });
      }),

    deleteForgeProcess: (call) =>
      withProcess(state, call, (process) => {
        process.looksLeft ??= state.options.removalLooks;
        removeIfDue(state, process);
        return page(202);
      }),

    actOnForgeProcess: (call) =>
      withProcess(state, call, (process) => {
        if (call.body['action'] === 'restart') process.script = state.scriptAfter('restart');
        return page(202);
      }),
  };
}

/** Shows a process in its current status, and advances it as one read does. */
function shown(state: ForgeState, process: ForgeProcess) {
  process.script.show();
  const resource = processResource(process);
  if (process.looksLeft !== undefined) process.looksLeft -= 1;
  removeIfDue(state, process);
  return resource;
}

function removeIfDue(state: ForgeState, process: ForgeProcess): void {
  if (process.looksLeft === undefined || process.looksLeft > 0) return;
  state.writes.changing(state.processes, process, state.now());
  state.removeProcess(process);
}

function nameTaken(state: ForgeState, server: ForgeServer, name: string): Answer | undefined {
  const taken = state.listProcesses(server).some((process) => process.name === name);
  return taken ? invalid('name', 'The name has already been taken.') : undefined;
}

function sorted(call: Call, processes: ForgeProcess[]): ForgeProcess[] {
  const sort = call.query['sort'];
  if (sort === undefined) return processes;
  const direction = sort.startsWith('-') ? -1 : 1;
  return processes.toSorted((a, b) => direction * (a.user < b.user ? -1 : a.user > b.user ? 1 : 0));
}

function withOrganization(state: ForgeState, call: Call, answer: (slug: string) => Answer): Answer {
  const slug = call.params['organization'] ?? '';
  return state.organizations.includes(slug) ? answer(slug) : notFound('Organization', slug);
}

function withServer(state: ForgeState, call: Call, answer: (server: ForgeServer) => Answer): Answer {
  for (const process of [...state.processes]) removeIfDue(state, process);
  return withOrganization(state, call, (slug) => {
    const servers = state.servers.filter(({ organization }) => organization === slug);
    return withOne('Server', servers, call.params['server'], answer);
  });
}

function withProcess(state: ForgeState, call: Call, answer: (process: ForgeProcess) => Answer): Answer {
  return withServer(state, call, (server) =>
    withOne('BackgroundProcess', state.listProcesses(server), call.params['backgroundProcess'], answer),
  );
}

function containsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value.toLowerCase().includes(wanted.toLowerCase());
}

function equalsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value === wanted;
}

/** Returns the page after a cursor. Recorded: on the last page, `links` is an empty list. */
function cursorPage<T extends { id: string }>(
  call: Call,
  items: readonly T[],
  resource: (item: T) => JsonObject,
): Answer {
  const size = Number(call.query['page[size]'] ?? 30);
  const cursor = call.query['page[cursor]'];
  const start = cursor === undefined ? 0 : startOf(cursor, items);
  const shown = items.slice(start, start + size);
  const end = start + size;
  // A cursor names an item, so that items created or deleted elsewhere do not shift the pages.
  const next = end < items.length ? `${shown.at(-1)?.id}-${end}` : null;
  const query = new URLSearchParams({ ...call.query, 'page[cursor]': next ?? '' });
  return document(200, {
    data: shown.map(resource),
    links: next === null ? [] : { next: `${call.url}?${query}` },
    meta: { path: call.url, per_page: size, next_cursor: next, prev_cursor: null },
  });
}

/** Returns the place after the item of a cursor; where the item is gone, the place that it had. */
function startOf(cursor: string, items: readonly { id: string }[]): number {
  const [id, end] = cursor.split('-');
  return items.findIndex((item) => item.id === id) + 1 || Number(end);
}
