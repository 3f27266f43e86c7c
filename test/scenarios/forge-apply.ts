import { forge as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'forge/apply';
const { list, create, servers } = request;
const command = 'php8.4 artisan horizon';
const other = 'php8.4 artisan reverb:start';
const inputs = { organization: 'acme' };
const file = '.github/forge-processes.yml';
const one = { [file]: `servers: { web-1: [{ command: ${command} }] }` };
const two = { [file]: `servers: { web-1: [{ command: ${command} }, { command: ${other} }] }` };

export const forgeApplyScenarios: readonly Scenario[] = [
  {
    action,
    title: 'two processes as declared on one server',
    costs: { requests: [servers, list], depth: 2 },
    prepare: ({ forge, server }) => {
      for (const each of [command, other]) forge.addProcess(server, { command: each });
      return { inputs, files: two };
    },
  },
  {
    action,
    title: 'a process to create on a server, up at the second look after that',
    costs: { requests: [servers, list, create, list, list, list], depth: 6 },
    prepare: ({ forge }) => {
      forge.options.createScript = ['starting', 'running'];
      return { inputs, files: one };
    },
  },
  {
    action,
    title: 'creates with everything that can be declared',
    prepare: () => ({
      inputs,
      files: {
        [file]: `servers:
  web-1:
    - name: horizon
      command: ${command}
      directory: /home/forge/shop.example/current
      site: shop.example
      processes: 3
      user: root
      startsecs: 0
      stopwaitsecs: 60
      stopsignal: SIGTERM
`,
      },
    }),
  },
  {
    action,
    title: '`dry-run`, `prune`: one to create, one to replace, one to delete',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 4 });
      forge.addProcess(server, { command: 'php8.4 artisan old' });
      const text = `servers: { web-1: [{ command: ${command}, processes: 1 }, { command: ${other} }] }`;
      return { inputs: { ...inputs, prune: 'true', 'dry-run': 'true' }, files: { [file]: text } };
    },
  },
  {
    action,
    title: 'replaces what has drifted',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 4 });
      return { inputs, files: { [file]: `servers: { web-1: [{ command: ${command}, processes: 1 }] }` } };
    },
  },
  {
    action,
    title: 'prunes only on the servers that the manifest names',
    prepare: ({ forge, server }) => {
      const unnamed = forge.addServer('acme', { name: 'web-2' });
      for (const each of [server, unnamed]) forge.addProcess(each, { command: 'php8.4 artisan old' });
      return { inputs: { ...inputs, prune: 'true' }, files: one };
    },
  },
  {
    action,
    title: 'one that is as declared and down, with a warning',
    prepare: ({ forge, server }) => {
      forge.addProcess(server, { command, script: ['fatal'] });
      return { inputs, files: one };
    },
  },
  {
    action,
    title: 'a created one that ends for good',
    prepare: ({ forge }) => {
      forge.options.createScript = ['installing', 'fatal'];
      return { inputs, files: one };
    },
  },
  {
    action,
    title: 'a created one that is not up in time',
    prepare: ({ forge }) => {
      forge.options.createScript = ['installing', 'starting'];
      return { inputs: { ...inputs, 'wait-timeout': '5' }, files: one };
    },
  },
  {
    action,
    title: 'two equal processes, refused',
    prepare: ({ forge, server }) => {
      for (const each of [command, command]) forge.addProcess(server, { command: each });
      return { inputs, files: one };
    },
  },
  {
    action,
    title: '`fail-on-change`: red',
    prepare: ({ forge, server }) => {
      for (const each of [command, other]) forge.addProcess(server, { command: each });
      const gate = { prune: 'true', 'dry-run': 'true', 'fail-on-change': 'true' };
      return { inputs: { ...inputs, ...gate }, files: one };
    },
  },
  {
    action,
    title: 'mistakes in inputs and manifest, each at its place',
    prepare: () => ({
      inputs: { prune: 'maybe', 'fail-on-change': 'true' },
      files: {
        [file]: 'servers:\n  web-1:\n    - comand: x\n    - { command: xyz }\n    - { command: xyz }\n',
      },
    }),
  },
  {
    action,
    title: 'a server and a site that are not there',
    prepare: () => ({
      inputs,
      files: {
        [file]:
          'servers:\n  web-1:\n    - { command: xyz, site: shop.exmaple }\n  wbe-2: [{ command: xyz }]\n',
      },
    }),
  },
  {
    action,
    title: 'a manifest of Laravel Cloud, refused',
    prepare: () => ({ inputs, files: { [file]: 'instances: { App: [] }' } }),
  },
];
