import { command, there } from './forge.ts';
import { forge as request } from './requests.ts';
import { costing, nothing, type Prepare, scenariosOf } from './scenario.ts';

const action = 'forge/apply';
const { list, create, servers } = request;
const other = 'php8.4 artisan reverb:start';
const file = '.github/forge-processes.yml';
const one = { [file]: `servers: { web-1: [{ command: ${command} }] }` };
const two = { [file]: `servers: { web-1: [{ command: ${command} }, { command: ${other} }] }` };

const declared: Prepare = () => ({ inputs: { organization: 'acme' }, files: one });

export const forgeApplyScenarios = [
  ...scenariosOf(action, declared, {
    'two processes as declared on one server': costing(2, [servers, list], (world) => {
      there([{}, { command: other }])(world);
      return { files: two };
    }),
    'a process to create on a server, up at the second look after that': costing(
      6,
      [servers, list, create, list, list, list],
      ({ forge }) => {
        forge.options.createScript = ['starting', 'running'];
      },
    ),
    'creates with everything that can be declared': () => ({
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
    '`dry-run`, `prune`: one to create, one to replace, one to delete': ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 4 });
      forge.addProcess(server, { command: 'php8.4 artisan old' });
      const text = `servers: { web-1: [{ command: ${command}, processes: 1 }, { command: ${other} }] }`;
      return { inputs: { prune: 'true', 'dry-run': 'true' }, files: { [file]: text } };
    },
    'replaces what has drifted': ({ forge, server }) => {
      forge.addProcess(server, { command, processes: 4 });
      return { files: { [file]: `servers: { web-1: [{ command: ${command}, processes: 1 }] }` } };
    },
    'prunes only on the servers that the manifest names': ({ forge, server }) => {
      const unnamed = forge.addServer('acme', { name: 'web-2' });
      for (const each of [server, unnamed]) forge.addProcess(each, { command: 'php8.4 artisan old' });
      return { inputs: { prune: 'true' } };
    },
    'one that is as declared and down, with a warning': there([{ script: ['fatal'] }]),
    'a created one that ends for good': ({ forge }) => {
      forge.options.createScript = ['installing', 'fatal'];
    },
    'a created one that is not up in time': ({ forge }) => {
      forge.options.createScript = ['installing', 'starting'];
      return { inputs: { 'wait-timeout': '5' } };
    },
    'two equal processes, refused': there([{}, {}]),
    '`fail-on-change`: red': there([{}, { command: other }], {
      prune: 'true',
      'dry-run': 'true',
      'fail-on-change': 'true',
    }),
    'a server and a site that are not there': () => ({
      files: {
        [file]:
          'servers:\n  web-1:\n    - { command: xyz, site: shop.exmaple }\n  wbe-2: [{ command: xyz }]\n',
      },
    }),
    'a manifest of Laravel Cloud, refused': () => ({ files: { [file]: 'instances: { App: [] }' } }),
  }),
  ...scenariosOf(action, nothing, {
    'mistakes in inputs and manifest, each at its place': () => ({
      inputs: { prune: 'maybe', 'fail-on-change': 'true' },
      files: {
        [file]: 'servers:\n  web-1:\n    - comand: x\n    - { command: xyz }\n    - { command: xyz }\n',
      },
    }),
  }),
];
