import { forge as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'forge/restart';
const { list, read, restart } = request;
const command = 'php8.4 artisan horizon';
const organization = 'acme';

export const forgeRestartScenarios: readonly Scenario[] = [
  {
    action,
    title: 'one process that is up again when looked at for the second time',
    costs: { requests: [list, restart, read, read], depth: 4 },
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      forge.options.restartScript = ['restarting', 'running'];
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'only those that match',
    prepare: ({ forge, server, site }) => {
      const siteId = Number(site.id);
      forge.addProcess(server, { command, siteId });
      forge.addProcess(server, { command: 'php8.4 artisan reverb:start', siteId });
      forge.addProcess(server, { command });
      const filters = { site: site.name, user: 'forge', command: 'horizon' };
      return { inputs: { organization, server: server.id, ...filters } };
    },
  },
  {
    action,
    title: 'the one with the id',
    prepare: ({ forge, server }) => {
      const { id } = forge.addProcess(server, { command });
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'process-id': id } };
    },
  },
  {
    action,
    title: 'without a wait, `wait-timeout: 0`',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'wait-timeout': '0' } };
    },
  },
  {
    action,
    title: 'fatal after the restart',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      forge.options.restartScript = ['restarting', 'fatal'];
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'not up in time',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      forge.options.restartScript = ['restarting', 'backoff'];
      return { inputs: { organization, server: server.id, 'wait-timeout': '5' } };
    },
  },
  {
    action,
    title: 'nothing that matches',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command: 'reverb', user: 'forge' } };
    },
  },
  {
    action,
    title: 'an id that is not there',
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, 'process-id': '4711' } }),
  },
  {
    action,
    title: 'a token that may not restart',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      forge.options.scopes = ['server:view'];
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'wrong inputs: an id together with filters',
    prepare: ({ server }) => ({
      inputs: { organization, server: server.id, 'process-id': 'x', site: '1', user: 'forge', command: 'b' },
    }),
  },
];
