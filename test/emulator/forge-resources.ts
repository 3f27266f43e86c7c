import type { JsonObject } from './answer.ts';
import type { ForgeProcess, ForgeServer, ForgeSite } from './forge-state.ts';

/** Shows a process in its current status. The caller advances the status. */
export function processResource(process: ForgeProcess): JsonObject {
  return {
    id: process.id,
    type: 'backgroundProcesses',
    attributes: {
      command: process.command,
      user: process.user,
      directory: process.directory,
      processes: process.processes,
      status: process.looksLeft === undefined ? process.script.current : 'removing',
      created_at: process.createdAt,
    },
  };
}

export function serverResource(server: ForgeServer, origin: string): JsonObject {
  return {
    id: server.id,
    type: 'servers',
    attributes: {
      id: Number(server.id),
      name: server.name,
      slug: server.name,
      type: 'app',
      created_at: server.createdAt,
      is_ready: true,
    },
    links: { self: { href: `${origin}/api/orgs/${server.organization}/servers/${server.id}` } },
  };
}

export function siteResource(site: ForgeSite, address: string): JsonObject {
  return {
    id: site.id,
    type: 'sites',
    attributes: {
      name: site.name,
      status: 'installed',
      url: `https://${site.name}`,
      user: site.user,
      created_at: site.createdAt,
    },
    links: { self: { href: `${address}/${site.id}` } },
  };
}
