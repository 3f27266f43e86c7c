import { command, onServer, there } from './on-forge.ts';
import { forge as request } from './requests.ts';
import { costing, type Own, scenariosOf } from './scenario.ts';

const { list, read, restart } = request;

/** One is there, and this is what comes of its restart. */
const restarted =
  (script: string[], inputs: Record<string, string> = {}): Own =>
  (world) => {
    world.forge.options.restartScript = script;
    return there([{}], inputs)(world);
  };

export const forgeRestartScenarios = scenariosOf('forge/restart', onServer, {
  'one process that is up again when looked at for the second time': costing(
    4,
    [list, restart, read, read],
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
  'wrong inputs: an id together with filters': there([], {
    ...{ 'process-id': 'x', site: '1', user: 'forge', command: 'b' },
  }),
});
