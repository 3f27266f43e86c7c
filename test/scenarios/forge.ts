import { seedShop } from '../emulator/seed.ts';
import type { Emulator } from '../emulator/server.ts';
import type { Scenario } from './scenario.ts';

const server = '/orgs/{organization}/servers/{id}';
const list = `GET ${server}/background-processes`;
const read = `GET ${server}/background-processes/{id}`;
const create = `POST ${server}/background-processes`;
const remove = `DELETE ${server}/background-processes/{id}`;
const restart = `POST ${server}/background-processes/{id}/actions`;
const servers = 'GET /orgs/{organization}/servers';
const lookUp = [servers, `GET ${server}/sites`];

const command = 'php8.4 artisan horizon';
const other = 'php8.4 artisan reverb:start';
const apply = { organization: 'acme' };
const files = {
  '.github/forge-processes.yml': `servers: { web-1: [{ command: ${command} }, { command: ${other} }] }`,
};
const world = (emulator: Emulator) => {
  const shop = seedShop(emulator);
  return { ...shop, reach: { organization: 'acme', server: shop.server.id } };
};

export const forgeScenarios: readonly Scenario[] = [
  {
    action: 'forge',
    title: 'the process is missing, `server` by id',
    requests: [list, create, list],
    depth: 3,
    prepare: (emulator) => ({ inputs: { ...world(emulator).reach, command } }),
  },
  {
    action: 'forge',
    title: 'the process is as declared, `server` and `site` by name',
    requests: [...lookUp, list],
    depth: 3,
    prepare: (emulator) => {
      const { server: own, site } = world(emulator);
      emulator.forge.addProcess(own, { command, siteId: Number(site.id) });
      return { inputs: { organization: 'acme', server: own.name, site: site.name, command } };
    },
  },
  {
    action: 'forge',
    title: 'the process has drifted, `if-exists: replace`, under another name',
    requests: [list, create, list, remove],
    depth: 4,
    prepare: (emulator) => {
      const { server: own, reach } = world(emulator);
      emulator.forge.addProcess(own, { command, processes: 3 });
      return { inputs: { ...reach, command, processes: '1', 'if-exists': 'replace' } };
    },
  },
  {
    action: 'forge',
    title: 'the process has drifted, `if-exists: replace`, under the same name, gone when first looked at',
    requests: [list, create, list, remove, read, create, list],
    depth: 7,
    prepare: (emulator) => {
      const { server: own, reach } = world(emulator);
      emulator.forge.addProcess(own, { command, name: 'horizon', processes: 3 });
      return { inputs: { ...reach, command, name: 'horizon', processes: '1', 'if-exists': 'replace' } };
    },
  },
  {
    action: 'forge/list',
    title: '`server` by id',
    requests: [list],
    depth: 1,
    prepare: (emulator) => ({ inputs: world(emulator).reach }),
  },
  {
    action: 'forge/list',
    title: '`require-status`, running when looked at again, and still at the look after that',
    requests: [list, list, list],
    depth: 3,
    prepare: (emulator) => {
      const { server: own, reach } = world(emulator);
      emulator.forge.addProcess(own, { command, script: ['starting', 'running'] });
      return { inputs: { ...reach, 'require-status': 'running', 'wait-timeout': '60' } };
    },
  },
  {
    action: 'forge/delete',
    title: 'by what it does, gone when looked at again',
    requests: [list, remove, read],
    depth: 3,
    prepare: (emulator) => {
      const { server: own, reach } = world(emulator);
      emulator.forge.addProcess(own, { command });
      return { inputs: { ...reach, command } };
    },
  },
  {
    action: 'forge/delete',
    title: 'absent, which two looks must show',
    requests: [list, list],
    depth: 2,
    prepare: (emulator) => ({ inputs: { ...world(emulator).reach, command } }),
  },
  {
    action: 'forge/apply',
    title: 'two processes as declared on one server',
    requests: [servers, list],
    depth: 2,
    prepare: (emulator) => {
      const { server: own } = world(emulator);
      for (const each of [command, other]) emulator.forge.addProcess(own, { command: each });
      return { inputs: apply, files };
    },
  },
  {
    action: 'forge/apply',
    title: 'a process to create on a server, up at the second look after that',
    requests: [servers, list, create, list, list, list],
    depth: 6,
    prepare: (emulator) => {
      world(emulator);
      emulator.forge.options.createScript = ['starting', 'running'];
      const one = `servers: { web-1: [{ command: ${command} }] }`;
      return { inputs: apply, files: { '.github/forge-processes.yml': one } };
    },
  },
  {
    action: 'forge/restart',
    title: 'one process that is up again when looked at for the second time',
    requests: [list, restart, read, read],
    depth: 4,
    prepare: (emulator) => {
      const { server: own, reach } = world(emulator);
      emulator.forge.addProcess(own, { command });
      emulator.forge.options.restartScript = ['restarting', 'running'];
      return { inputs: reach };
    },
  },
];
