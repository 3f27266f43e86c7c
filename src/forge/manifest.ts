import { keyOf } from '../converge/identity.ts';
import type { Fields, ManifestKind } from '../manifest/read.ts';
import { identityOf } from './identity.ts';
import {
  describe,
  type ForgeDeclaration,
  lineProblem,
  processesRange,
  secondsRange,
  usualUser,
} from './spec.ts';

/** What the servers of a Forge organization should run. */
export const forgeManifest: ManifestKind<ForgeDeclaration> = {
  file: '.github/forge-processes.yml',
  root: 'servers',
  onePlace: 'server, such as web-1',
  keys: [
    'name',
    'command',
    'directory',
    'user',
    'site',
    'processes',
    'startsecs',
    'stopwaitsecs',
    'stopsignal',
  ],
  read: readProcess,
  keyOf: ({ site, ...declared }) => keyOf(identityOf({ ...declared, siteId: site })),
  nameOf: ({ name }) => name,
  describe,
};

function readProcess(fields: Fields): ForgeDeclaration {
  const command = fields.text('command', 'php8.4 artisan horizon', lineProblem);
  if (command === undefined) fields.missing('command', 'is needed, for example php8.4 artisan horizon');
  return {
    name: fields.text('name', 'horizon', lineProblem),
    command: command ?? '',
    directory: fields.text('directory', '/home/forge/shop.example/current', lineProblem),
    user: fields.text('user', 'forge', lineProblem) ?? usualUser,
    site: fields.text('site', 'shop.example, or an id in quotation marks', lineProblem),
    processes: fields.integer('processes', processesRange),
    startsecs: fields.integer('startsecs', secondsRange),
    stopwaitsecs: fields.integer('stopwaitsecs', secondsRange),
    stopsignal: fields.text('stopsignal', 'SIGTERM', lineProblem),
  };
}
