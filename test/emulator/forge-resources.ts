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
      credential_id: null,
      name: server.name,
      slug: server.name,
      type: 'app',
      ubuntu_version: '24.04',
      ssh_port: 22,
      provider: 'custom',
      identifier: null,
      size: 'small',
      region: 'eu',
      php_version: 'php84',
      php_cli_version: 'php84',
      opcache_status: null,
      database_type: 'mysql8',
      db_status: null,
      redis_status: null,
      ip_address: '192.0.2.10',
      private_ip_address: null,
      revoked: false,
      created_at: server.createdAt,
      updated_at: server.createdAt,
      connection_status: 'connected',
      timezone: 'UTC',
      local_public_key: null,
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
      https: true,
      web_directory: `/home/${site.user}/${site.name}/current/public`,
      root_directory: '/',
      aliases: [],
      php_version: null,
      deployment_status: 'finished',
      quick_deploy: null,
      isolated: site.user !== 'forge',
      app_type: 'Laravel',
      zero_downtime_deployments: true,
      created_at: site.createdAt,
      updated_at: site.createdAt,
    },
    links: { self: { href: `${address}/${site.id}` } },
  };
}
