import type { Fields, ManifestKind } from '../manifest/read.ts';
import { shorten } from '../text.ts';
import { identityKey } from './identity.ts';
import {
  commandProblem,
  describe,
  type ProcessSpec,
  parseConfig,
  processesRange,
  type WorkerConfig,
} from './spec.ts';

/** What the instances of an environment of Laravel Cloud should run. */
export const cloudManifest: ManifestKind<ProcessSpec> = {
  file: '.github/background-processes.yml',
  root: 'instances',
  onePlace: 'instance, such as App',
  keys: ['type', 'processes', 'command', 'config'],
  read: readProcess,
  keyOf: identityKey,
  nameOf: () => undefined,
  describe,
};

function readProcess(fields: Fields): ProcessSpec | undefined {
  const type = fields.choice('type', ['worker', 'custom']);
  const processes = fields.integer('processes', processesRange);
  const command = fields.text('command', 'php artisan reverb:start', commandProblem);
  const config = readConfig(fields);
  if (type === 'worker') {
    fields.get('command')?.wrongKey('is for type: custom; a worker’s command is made from its config');
    return { type, processes, config };
  }
  if (type === undefined) return undefined;
  fields.get('config')?.wrongKey('is for type: worker; a custom process has only its command');
  if (command === undefined)
    fields.missing('command', 'is needed for type: custom, for example php artisan reverb:start');
  return { type, processes, command: command ?? '' };
}

function readConfig(fields: Fields): WorkerConfig {
  const value = fields.get('config');
  if (value === undefined) return {};
  const options = value.entries();
  const plain = options && Object.fromEntries(options.map((option) => [option.name, option.plain]));
  const { config, problems } = parseConfig(plain ?? value.plain);
  for (const { key, why } of problems) {
    const option = options?.find(({ name }) => name === key);
    if (option === undefined) value.wrong(why, key === undefined ? '' : `.${shorten(key, 80)}`);
    else option.wrong(why);
  }
  return config;
}
