import { command, type Inputs, onServer, there } from './on-forge.ts';
import { forge as request } from './requests.ts';
import { costing, nothing, scenariosOf } from './scenario.ts';

const action = 'forge';
const { list, create, remove, servers, sites } = request;
const directory = '/home/forge/shop.example';
const replace = { 'if-exists': 'replace' };

/** The command is declared, with more inputs or others. */
const declared = (more: Inputs = {}) => there([], { command, ...more });

/** One of the command, or another, is there. */
const beside = (process: object, more: Inputs = {}) => there([process], { command, ...more });

export const forgeScenarios = [
  ...scenariosOf(action, onServer, {
    'the process is missing, `server` by id': costing(3, [list, create, list], declared()),
    'the process is as declared, `server` and `site` by name': costing(
      3,
      [servers, sites, list],
      ({ forge, server, site }) => {
        forge.addProcess(server, { command, siteId: Number(site.id) });
        return { inputs: { server: server.name, site: site.name, command } };
      },
    ),
    'the process has drifted, `if-exists: replace`, under another name': costing(
      4,
      [list, create, list, remove],
      beside({ processes: 3 }, { processes: '1', ...replace }),
    ),
    'the process has drifted, `if-exists: replace`, under the same name, gone when first looked at': costing(
      7,
      [list, create, list, remove, list, create, list],
      beside({ name: 'horizon', processes: 3 }, { name: 'horizon', processes: '1', ...replace }),
    ),
    'creates with everything that can be declared': ({ server }) => ({
      inputs: {
        ...{
          server: server.name,
          site: 'shop.example',
          command,
          directory,
          name: 'horizon',
          processes: '12',
        },
        ...{ startsecs: '0', stopwaitsecs: '3600', stopsignal: 'SIGTERM' },
      },
    }),
    'leaves one that means the same': beside(
      { directory },
      { command: ' php8.4   artisan horizon', directory: `${directory}/` },
    ),
    'leaves one that is there and down, with a warning': beside({ script: ['fatal'] }),
    '`stable-for`: a created one that crashes': ({ forge }) => {
      forge.options.flapping = ['starting', 'running', 'backoff'];
      return { inputs: { command, 'stable-for': '30' } };
    },
    '`stable-for`: one that is there and down': beside({ script: ['fatal'] }, { 'stable-for': '30' }),
    '`php` without its version, in a relative directory, with warnings': declared({
      command: 'php artisan horizon',
      directory: 'shop.example/current',
    }),
    'leaves what has drifted, with a warning': beside({ processes: 3 }, { processes: '1' }),
    'fails where it exists, `if-exists: fail`': beside({}, { 'if-exists': 'fail' }),
    'fails where another process has the name': beside(
      { command: 'php8.4 artisan other', name: 'horizon' },
      { name: 'horizon' },
    ),
    '`dry-run`: would create': declared({ processes: '1', 'dry-run': 'true' }),
    '`dry-run`: would replace': beside({ processes: 3 }, { processes: '1', ...replace, 'dry-run': 'true' }),
    'a token that may not create': ({ forge }) => {
      forge.options.scopes = ['server:view'];
      return { inputs: { command } };
    },
    'refused for its fields, which carry the names of the inputs': declared({
      site: '99999',
      user: 'nobody',
    }),
  }),
  ...scenariosOf(action, nothing, {
    'wrong inputs: all problems at once': ({ server }) => ({
      inputs: {
        ...{
          server: server.id,
          processes: '0',
          directory: '/home\n/forge',
          startsecs: 'x',
          stopwaitsecs: '-1',
        },
        ...{ 'if-exists': 'update', 'dry-run': 'maybe' },
      },
    }),
  }),
];
