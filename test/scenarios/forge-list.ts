import { forge as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'forge/list';
const { list } = request;
const command = 'php8.4 artisan horizon';
const organization = 'acme';

export const forgeListScenarios: readonly Scenario[] = [
  {
    action,
    title: '`server` by id',
    costs: { requests: [list], depth: 1 },
    prepare: ({ server }) => ({ inputs: { organization, server: server.id } }),
  },
  {
    action,
    title: '`require-status`, running when looked at again, and still at the look after that',
    costs: { requests: [list, list, list], depth: 3 },
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['starting', 'running'] });
      return {
        inputs: { organization, server: server.id, 'require-status': 'running', 'wait-timeout': '60' },
      };
    },
  },
  {
    action,
    title: 'one process, also as a manifest, `server` by name',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, directory: '/home/forge/shop.example', processes: 3 });
      return { inputs: { organization, server: server.name } };
    },
  },
  {
    action,
    title: 'every filter, which the manifest says',
    prepare: ({ forge, server, site }) => {
      const directory = '/home/forge/shop.example';
      forge.addProcess(server, { command: 'php8.4   artisan horizon', directory, siteId: Number(site.id) });
      forge.addProcess(server, { command, user: 'root' });
      const filters = {
        site: site.name,
        user: 'forge',
        directory,
        command: 'artisan horizon',
        sort: '-user',
      };
      return { inputs: { organization, server: server.id, ...filters } };
    },
  },
  {
    action,
    title: 'three pages',
    prepare: ({ forge, server }) => {
      for (let n = 0; n < 75; n++) forge.addProcess(server, { command: `run ${n}` });
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'text that is hostile',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command: '::error::<img src=x> ##[error]no @acme' });
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: '`require-status` and `min-count`: as required',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'require-status': 'running', 'min-count': '1' } };
    },
  },
  {
    action,
    title: '`require-status`: opens for no process at all, with a warning',
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, 'require-status': 'running' } }),
  },
  {
    action,
    title: '`require-status`: stays shut for a process that crashes',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['backoff'] });
      return {
        inputs: { organization, server: server.id, 'require-status': 'running', 'wait-timeout': '5' },
      };
    },
  },
  {
    action,
    title: '`require-status`: fails at once on fatal',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['fatal'] });
      return {
        inputs: { organization, server: server.id, 'require-status': 'running', 'wait-timeout': '600' },
      };
    },
  },
  {
    action,
    title: '`require-status`: a word that Forge does not use',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'require-status': 'runing' } };
    },
  },
  {
    action,
    title: '`min-count`: too few',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'min-count': '2' } };
    },
  },
  {
    action,
    title: 'a server that is not there',
    prepare: () => ({ inputs: { organization, server: 'web' } }),
  },
  {
    action,
    title: 'an organization that is not there',
    prepare: () => ({ inputs: { organization: 'Acme Inc.', server: 'web-1' } }),
  },
  {
    action,
    title: 'a token that is not valid',
    prepare: ({ access, server }) => {
      access.token = 'another';
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'a token that may not look',
    prepare: ({ forge, server }) => {
      forge.options.scopes = [];
      return { inputs: { organization, server: server.id } };
    },
  },
  {
    action,
    title: 'wrong inputs: all problems at once',
    prepare: () => ({
      inputs: {
        sort: 'user,-user',
        'require-status': 'running,,',
        'min-count': '-1',
        'wait-timeout': 'soon',
      },
    }),
  },
  {
    action,
    title: 'wrong inputs: a wait for nothing',
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, 'wait-timeout': '60' } }),
  },
];
