import fc from 'fast-check';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import type { CloudSeed } from './cloud-model.ts';
import { type CloudManners, oddOnCloud } from './manners.ts';
import { commonManners, mostly, upTo } from './plans.ts';
import { passingCommand } from './server-model.ts';
import { type Before, type World, worldsOf } from './world.ts';

export type CloudWorld = World<'cloud', ProcessSpec, CloudManners, CloudSeed>;

const manners: fc.Arbitrary<CloudManners> = fc.record({
  ...commonManners,
  fillsDefaults: fc.boolean(),
  patch: fc.constantFrom('merges', 'replaces'),
  patchIgnores: mostly(undefined, 10, fc.constantFrom('processes' as const, 'tries' as const)),
  patchAnswers: mostly<CloudManners['patchAnswers']>(
    'itself',
    15,
    fc.constantFrom('another, applied', 'another, not applied'),
  ),
  patchLag: mostly(0, 30, upTo(2_500)),
  dates: fc.constantFrom('second', 'second', 'microsecond', 'none'),
  ids: mostly<CloudManners['ids']>('in order', 25, fc.constantFrom('by the clock', 'random')),
  numbersAsText: fc.boolean(),
  configAs: mostly<CloudManners['configAs']>('an object', 10, fc.constant('a list of one')),
  odd: mostly<CloudManners['odd']>([], 10, fc.subarray([...oddOnCloud])),
});

const worker: fc.Arbitrary<ProcessSpec> = fc.record({
  type: fc.constant('worker' as const),
  processes: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
  config: fc.record(
    {
      queue: fc.constantFrom('default', 'high,default', 'mail'),
      connection: fc.constantFrom('redis', 'database'),
      tries: fc.integer({ min: 0, max: 3 }),
      force: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
});

const custom: fc.Arbitrary<ProcessSpec> = fc.record({
  type: fc.constant('custom' as const),
  processes: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
  command: fc.constantFrom('php artisan reverb:start', 'php artisan  horizon'),
});

const decoy: CloudSeed = { type: 'custom', processes: 1, command: 'php artisan pulse:work', config: {} };
const passing: CloudSeed = { ...decoy, command: passingCommand };

/** Returns processes that differ from the declaration in one part of the identity, so that no run may adopt them. */
function decoysOf(spec: ProcessSpec): CloudSeed[] {
  if (spec.type === 'custom') {
    const { command } = spec;
    return [
      passing,
      decoy,
      { ...decoy, command: `${command} --debug` },
      { ...decoy, command: command.toUpperCase() },
      { type: 'worker', processes: 1, command, config: {} },
    ];
  }
  const { queue, connection } = spec.config;
  const on = (config: CloudSeed['config']): CloudSeed => ({
    type: 'worker',
    processes: 1,
    command: '',
    config,
  });
  return [
    passing,
    decoy,
    on({ ...spec.config, queue: 'default,high' }),
    on({ ...spec.config, queue: `${queue ?? 'default'},low` }),
    ...(connection === undefined ? [] : [on({ queue, connection: 'sqs' }), on({ queue, connection: null })]),
  ];
}

/** Returns processes that match the declaration: without drift, with drift, and in the spelling of a person. */
function matchesOf(spec: ProcessSpec): Before<CloudSeed>[] {
  const { type, processes = 1 } = spec;
  const other = processes + 1;
  if (spec.type === 'custom') {
    const { command } = spec;
    return [
      { seed: { type, processes, command, config: {} } },
      {
        seed: { type, processes: other, command: ` ${command.replaceAll(' ', '  ')} `, config: {} },
        recent: true,
      },
    ];
  }
  const { queue, connection } = spec.config;
  const spaced = queue === undefined || queue === 'default' ? null : queue.replaceAll(',', ' , ');
  const { force, ...unforced } = spec.config;
  const worker = { type, processes, command: '' };
  return [
    { seed: { ...worker, config: { ...unforced, ...(force === true ? { force } : {}) } } },
    { seed: { ...worker, processes: other, config: { ...spec.config, tries: 7, sleep: 10 } }, recent: true },
    { seed: { ...worker, config: { queue: spaced, connection: connection ?? null, tries: '1' } } },
  ];
}

export const cloudWorlds: fc.Arbitrary<CloudWorld> = worldsOf('cloud', {
  manners,
  specs: fc.oneof(worker, custom),
  matchesOf,
  decoysOf,
});
