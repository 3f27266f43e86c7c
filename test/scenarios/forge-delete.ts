import { forge as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'forge/delete';
const { list, remove } = request;
const command = 'php8.4 artisan horizon';
const organization = 'acme';

export const forgeDeleteScenarios: readonly Scenario[] = [
  {
    action,
    title: 'by what it does, gone when looked at again',
    costs: { requests: [list, remove, list], depth: 3 },
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command } };
    },
  },
  {
    action,
    title: 'absent, which two looks must show',
    costs: { requests: [list, list], depth: 2 },
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, command } }),
  },
  {
    action,
    title: 'by its command, its user and its site',
    prepare: ({ forge, server, site }) => {
      const siteId = Number(site.id);
      for (const user of ['forge', 'root']) forge.addProcess(server, { command, user, siteId });
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command, user: 'root', site: site.name } };
    },
  },
  {
    action,
    title: 'by its id, gone after some looks',
    prepare: ({ forge, server }) => {
      forge.options.removalLooks = 2;
      const { id } = forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, 'process-id': id } };
    },
  },
  {
    action,
    title: 'two that match, refused',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, directory: '/a' });
      forge.addProcess(server, { command, directory: '/b', processes: 3 });
      return { inputs: { organization, server: server.id, command } };
    },
  },
  {
    action,
    title: 'two that match, `all: true`',
    prepare: ({ forge, server }) => {
      for (const directory of ['/a', '/b']) forge.addProcess(server, { command, directory });
      return { inputs: { organization, server: server.id, command, all: 'true' } };
    },
  },
  {
    action,
    title: 'absent, `if-missing: fail`',
    prepare: ({ server }) => ({
      inputs: { organization, server: server.id, command, user: 'root', 'if-missing': 'fail' },
    }),
  },
  {
    action,
    title: '`dry-run`',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command, 'dry-run': 'true' } };
    },
  },
  {
    action,
    title: 'a token that may not delete',
    prepare: ({ forge, server }) => {
      forge.options.scopes = ['server:view'];
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command } };
    },
  },
  {
    action,
    title: 'wrong inputs: nothing is named',
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, user: 'forge' } }),
  },
  {
    action,
    title: 'wrong inputs: all problems at once',
    prepare: ({ server }) => ({
      inputs: {
        server: server.id,
        'process-id': 'x',
        command: 'a\nb',
        site: 'shop.example',
        all: 'true',
        'if-missing': 'skip',
      },
    }),
  },
];
