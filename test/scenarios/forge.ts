import { forge as request } from './requests.ts';
import { costing, nothing, type Own, type Prepare, scenariosOf } from './scenario.ts';

const { list, read, create, remove, restart, servers, sites } = request;
const directory = '/home/forge/shop.example';
const replace = { 'if-exists': 'replace' };

type Inputs = Record<string, string>;

export const command = 'php8.4 artisan horizon';

/** A step on the server, which is named by its id. */
const onServer: Prepare = ({ server }) => ({ inputs: { organization: 'acme', server: server.id } });

/** These processes are there, of the command unless told otherwise. */
export function there(processes: readonly object[], inputs: Inputs = {}): Own {
  return ({ forge, server }) => {
    for (const process of processes) forge.addProcess(server, { command, ...process });
    return { inputs };
  };
}

/** The command is declared, with more inputs or others. */
const declared = (more: Inputs = {}) => there([], { command, ...more });

/** One of the command, or another, is there. */
const beside = (process: object, more: Inputs = {}) => there([process], { command, ...more });

export const forgeScenarios = [
  ...scenariosOf('forge', onServer, {
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
  ...scenariosOf('forge', nothing, {
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

const running = { 'require-status': 'running' };

export const forgeListScenarios = [
  ...scenariosOf('forge/list', onServer, {
    '`server` by id': costing(1, [list], there([])),
    '`require-status`, running when looked at again, and still at the look after that': costing(
      3,
      [list, list, list],
      there([{ script: ['starting', 'running'] }], { ...running, 'wait-timeout': '60' }),
    ),
    'one process, also as a manifest, `server` by name': (world) =>
      there([{ directory, processes: 3 }], { server: world.server.name })(world),
    'every filter, which the manifest says': (world) => {
      const siteId = Number(world.site.id);
      return there([{ command: 'php8.4   artisan horizon', directory, siteId }, { user: 'root' }], {
        ...{ site: world.site.name, user: 'forge', directory, command: 'artisan horizon', sort: '-user' },
      })(world);
    },
    'three pages': there(Array.from({ length: 75 }, (_, n) => ({ command: `run ${n}` }))),
    'text that is hostile': there([{ command: '::error::<img src=x> ##[error]no @acme' }]),
    '`require-status` and `min-count`: as required': there([{}], { ...running, 'min-count': '1' }),
    '`require-status`: opens for no process at all, with a warning': there([], running),
    '`require-status`: stays shut for a process that crashes': there([{ script: ['backoff'] }], {
      ...running,
      'wait-timeout': '5',
    }),
    '`require-status`: fails at once on fatal': there([{ script: ['fatal'] }], {
      ...running,
      'wait-timeout': '600',
    }),
    '`require-status`: a word that Forge does not use': there([{}], { 'require-status': 'runing' }),
    '`min-count`: too few': there([{}], { 'min-count': '2' }),
    'a server that is not there': there([], { server: 'web' }),
    'an organization that is not there': there([], { organization: 'Acme Inc.', server: 'web-1' }),
    'a token that is not valid': ({ access }) => {
      access.token = 'another';
    },
    'a token that may not look': ({ forge }) => {
      forge.options.scopes = [];
    },
    'wrong inputs: a wait for nothing': there([], { 'wait-timeout': '60' }),
  }),
  ...scenariosOf('forge/list', nothing, {
    'wrong inputs: all problems at once': there([], {
      ...{ sort: 'user,-user', 'require-status': 'running,,', 'min-count': '-1', 'wait-timeout': 'soon' },
    }),
  }),
];

/** The command is to be deleted, and there as these. */
const among = (processes: readonly object[], more: Inputs = {}) => there(processes, { command, ...more });

export const forgeDeleteScenarios = [
  ...scenariosOf('forge/delete', onServer, {
    'by what it does, gone when looked at again': costing(3, [list, remove, list], among([{}])),
    'absent, which two looks must show': costing(2, [list, list], among([])),
    'by its command, its user and its site': ({ forge, server, site }) => {
      const siteId = Number(site.id);
      for (const user of ['forge', 'root']) forge.addProcess(server, { command, user, siteId });
      forge.addProcess(server, { command });
      return { inputs: { command, user: 'root', site: site.name } };
    },
    'by its id, gone after some looks': ({ forge, server }) => {
      forge.options.removalLooks = 2;
      const { id } = forge.addProcess(server, { command });
      return { inputs: { 'process-id': id } };
    },
    'two that match, refused': among([{ directory: '/a' }, { directory: '/b', processes: 3 }]),
    'two that match, `all: true`': among([{ directory: '/a' }, { directory: '/b' }], { all: 'true' }),
    'absent, `if-missing: fail`': among([], { user: 'root', 'if-missing': 'fail' }),
    '`dry-run`': among([{}], { 'dry-run': 'true' }),
    'a token that may not delete': (world) => {
      world.forge.options.scopes = ['server:view'];
      return among([{}])(world);
    },
    'wrong inputs: nothing is named': () => ({ inputs: { user: 'forge' } }),
  }),
  ...scenariosOf('forge/delete', nothing, {
    'wrong inputs: all problems at once': ({ server }) => ({
      inputs: {
        ...{ server: server.id, 'process-id': 'x', command: 'a\nb', site: 'shop.example', all: 'true' },
        ...{ 'if-missing': 'skip', 'request-timeout': 'soon' },
      },
    }),
  }),
];

/** One is there, and this is what comes of its restart. */
const restarted =
  (script: string[], inputs: Inputs = {}): Own =>
  (world) => {
    world.forge.options.restartScript = script;
    return there([{}], inputs)(world);
  };

export const forgeRestartScenarios = scenariosOf('forge/restart', onServer, {
  'one process that is up again when looked at for the second time': costing(
    5,
    [list, restart, read, read, read],
    restarted(['restarting', 'running']),
  ),
  'only those that match': (world) => {
    const siteId = Number(world.site.id);
    const filters = { site: world.site.name, user: 'forge', command: 'horizon' };
    return there([{ siteId }, { command: 'php8.4 artisan reverb:start', siteId }, {}], filters)(world);
  },
  'the one with the id': ({ forge, server }) => {
    const [{ id }] = [forge.addProcess(server, { command }), forge.addProcess(server, { command })];
    return { inputs: { 'process-id': id } };
  },
  'without a wait, `wait-timeout: 0`': there([{}], { 'wait-timeout': '0' }),
  'fatal after the restart': restarted(['restarting', 'fatal']),
  'not up in time': restarted(['restarting', 'backoff'], { 'wait-timeout': '5' }),
  'nothing that matches': there([{}], { command: 'reverb', user: 'forge' }),
  'an id that is not there': there([], { 'process-id': '4711' }),
  'a token that may not restart': (world) => {
    world.forge.options.scopes = ['server:view'];
    return there([{}])(world);
  },
  'two of three that Forge refuses': ({ faults, forge, server }) => {
    const [first, second] = [1, 2, 3].map(
      (port) => forge.addProcess(server, { command: `serve ${port}` }).id,
    );
    faults.add({ kind: 'status', status: 409, on: `/${first}/actions` });
    faults.add({ kind: 'status', status: 422, on: `/${second}/actions` });
    return {};
  },
  'wrong inputs: an id together with filters': there([], {
    ...{ 'process-id': 'x', site: '1', user: 'forge', command: 'b' },
  }),
});
