import { describe, expect, test } from 'vitest';
import { mayBeDeclared } from '../../src/cloud/identity.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { describe as describeSpec, type ProcessSpec } from '../../src/cloud/spec.ts';
import { refuseUnreadable } from '../../src/converge/listing.ts';

const custom: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };
const worker: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'mail', connection: 'redis' } };
const anyConnection: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'mail' } };

const refusing = (spec: ProcessSpec, ...known: readonly Partial<ExistingProcess>[]) =>
  refuseUnreadable(
    describeSpec(spec),
    known.map((each, index) => ({ id: `p${index + 1}`, why: 'odd', known: each })),
    (each) => mayBeDeclared(spec, each),
  );

describe('one that is not understood', () => {
  test.each<[string, ProcessSpec, Partial<ExistingProcess>]>([
    ['has the command', custom, { type: 'custom', command: ' php  artisan horizon' }],
    ['tells no command', custom, { type: 'custom' }],
    ['has no command', custom, { type: 'custom', command: null }],
    [
      'has the queue and the connection',
      worker,
      { type: 'worker', config: { queue: ' mail', connection: 'redis' } },
    ],
    [
      'has the queue, where any connection will do',
      anyConnection,
      { type: 'worker', config: { queue: 'mail', connection: 'sqs' } },
    ],
    ['tells no config', worker, { type: 'worker' }],
    ['has the command, and tells no type', custom, { command: 'php artisan horizon' }],
    ['has the queue, and tells no type', anyConnection, { config: { queue: 'mail' } }],
  ])('may be the declared one if it %s', (_, spec, known) => {
    expect(() => refusing(spec, known)).toThrow(
      'p1, which came back in a shape that is not understood (odd)',
    );
  });

  test.each<[string, ProcessSpec, Partial<ExistingProcess>]>([
    ['is of another type', custom, { type: 'worker' }],
    ['tells nothing', custom, {}],
    ['tells nothing', worker, {}],
    ['has another command, and tells no type', custom, { command: 'php artisan reverb:start' }],
    ['has another queue, and tells no type', worker, { config: { queue: 'high' } }],
    ['is of an unknown type', worker, { type: 'daemon' }],
    ['tells no type', worker, {}],
    ['has another command', custom, { type: 'custom', command: 'php artisan reverb:start' }],
    ['has another queue', worker, { type: 'worker', config: { queue: 'high', connection: 'redis' } }],
    ['has another connection', worker, { type: 'worker', config: { queue: 'mail', connection: 'sqs' } }],
    ['has no connection', worker, { type: 'worker', config: { queue: 'mail' } }],
  ])('is passed over if it %s', (_, spec, known) => {
    expect(() => refusing(spec, known)).not.toThrow();
  });

  test('is named, with all others that may be it', () => {
    expect(() => refusing(custom, { type: 'custom' }, { type: 'worker' }, { type: 'custom' })).toThrow(
      'The custom process "php artisan horizon": it may be p1, which came back in a shape that is not understood (odd), or p3, which came back in a shape that is not understood (odd). Nothing was changed. Look at it where it runs; if it is another one, change or delete it there.',
    );
  });
});
