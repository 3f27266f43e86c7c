import { forge as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'forge';
const { list, create, remove, servers, sites } = request;
const command = 'php8.4 artisan horizon';
const directory = '/home/forge/shop.example';
const organization = 'acme';

export const forgeScenarios: readonly Scenario[] = [
  {
    action,
    title: 'the process is missing, `server` by id',
    costs: { requests: [list, create, list], depth: 3 },
    prepare: ({ server }) => ({ inputs: { organization, server: server.id, command } }),
  },
  {
    action,
    title: 'the process is as declared, `server` and `site` by name',
    costs: { requests: [servers, sites, list], depth: 3 },
    prepare: ({ forge, server, site }) => {
      forge.addProcess(server, { command, siteId: Number(site.id) });
      return { inputs: { organization, server: server.name, site: site.name, command } };
    },
  },
  {
    action,
    title: 'the process has drifted, `if-exists: replace`, under another name',
    costs: { requests: [list, create, list, remove], depth: 4 },
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 3 });
      return { inputs: { organization, server: server.id, command, processes: '1', 'if-exists': 'replace' } };
    },
  },
  {
    action,
    title: 'the process has drifted, `if-exists: replace`, under the same name, gone when first looked at',
    costs: { requests: [list, create, list, remove, list, create, list], depth: 7 },
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, name: 'horizon', processes: 3 });
      const replace = { name: 'horizon', processes: '1', 'if-exists': 'replace' };
      return { inputs: { organization, server: server.id, command, ...replace } };
    },
  },
  {
    action,
    title: 'creates with everything that can be declared',
    prepare: ({ server }) => ({
      inputs: {
        organization,
        server: server.name,
        site: 'shop.example',
        command,
        directory,
        name: 'horizon',
        processes: '12',
        startsecs: '0',
        stopwaitsecs: '3600',
        stopsignal: 'SIGTERM',
      },
    }),
  },
  {
    action,
    title: 'leaves one that means the same',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, directory });
      return {
        inputs: {
          organization,
          server: server.id,
          command: ' php8.4   artisan horizon',
          directory: `${directory}/`,
        },
      };
    },
  },
  {
    action,
    title: 'leaves one that is there and down, with a warning',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['fatal'] });
      return { inputs: { organization, server: server.id, command } };
    },
  },
  {
    action,
    title: '`stable-for`: a created one that crashes',
    prepare: ({ forge, server }) => {
      forge.options.flapping = ['starting', 'running', 'backoff'];
      return { inputs: { organization, server: server.id, command, 'stable-for': '30' } };
    },
  },
  {
    action,
    title: '`stable-for`: one that is there and down',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['fatal'] });
      return { inputs: { organization, server: server.id, command, 'stable-for': '30' } };
    },
  },
  {
    action,
    title: '`php` without its version, in a relative directory, with warnings',
    prepare: ({ server }) => ({
      inputs: {
        organization,
        server: server.id,
        command: 'php artisan horizon',
        directory: 'shop.example/current',
      },
    }),
  },
  {
    action,
    title: 'leaves what has drifted, with a warning',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 3 });
      return { inputs: { organization, server: server.id, command, processes: '1' } };
    },
  },
  {
    action,
    title: 'fails where it exists, `if-exists: fail`',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command });
      return { inputs: { organization, server: server.id, command, 'if-exists': 'fail' } };
    },
  },
  {
    action,
    title: 'fails where another process has the name',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command: 'php8.4 artisan other', name: 'horizon' });
      return { inputs: { organization, server: server.id, command, name: 'horizon' } };
    },
  },
  {
    action,
    title: '`dry-run`: would create',
    prepare: ({ server }) => ({
      inputs: { organization, server: server.id, command, processes: '1', 'dry-run': 'true' },
    }),
  },
  {
    action,
    title: '`dry-run`: would replace',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 3 });
      const replace = { processes: '1', 'if-exists': 'replace', 'dry-run': 'true' };
      return { inputs: { organization, server: server.id, command, ...replace } };
    },
  },
  {
    action,
    title: 'a token that may not create',
    prepare: ({ forge, server }) => {
      forge.options.scopes = ['server:view'];
      return { inputs: { organization, server: server.id, command } };
    },
  },
  {
    action,
    title: 'refused for its fields, which carry the names of the inputs',
    prepare: ({ server }) => ({
      inputs: { organization, server: server.id, command, site: '99999', user: 'nobody' },
    }),
  },
  {
    action,
    title: 'wrong inputs: all problems at once',
    prepare: ({ server }) => ({
      inputs: {
        server: server.id,
        processes: '0',
        directory: '/home\n/forge',
        startsecs: 'x',
        stopwaitsecs: '-1',
        'if-exists': 'update',
        'dry-run': 'maybe',
      },
    }),
  },
];
