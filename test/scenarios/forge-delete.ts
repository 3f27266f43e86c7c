import { command, type Inputs, onServer, there } from './on-forge.ts';
import { forge as request } from './requests.ts';
import { costing, nothing, scenariosOf } from './scenario.ts';

const action = 'forge/delete';
const { list, remove } = request;

/** The command is to be deleted, and there as these. */
const among = (processes: readonly object[], more: Inputs = {}) => there(processes, { command, ...more });

export const forgeDeleteScenarios = [
  ...scenariosOf(action, onServer, {
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
  ...scenariosOf(action, nothing, {
    'wrong inputs: all problems at once': ({ server }) => ({
      inputs: {
        ...{ server: server.id, 'process-id': 'x', command: 'a\nb', site: 'shop.example', all: 'true' },
        'if-missing': 'skip',
      },
    }),
  }),
];
