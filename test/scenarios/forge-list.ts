import { onServer, there } from './on-forge.ts';
import { forge as request } from './requests.ts';
import { costing, nothing, scenariosOf } from './scenario.ts';

const { list } = request;
const directory = '/home/forge/shop.example';
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
