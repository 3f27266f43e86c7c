import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { describe as describeSpec, type ProcessSpec } from '../../src/cloud/spec.ts';
import { matchAll } from '../../src/converge/match.ts';
import { existing, worker } from '../support/processes.ts';

/** A process that is older the smaller the day is. */
const born = (day: number, id: string, config: Record<string, unknown> = {}) =>
  existing({ id, config, createdAt: `2026-01-0${day}T00:00:00.000000Z` });

const [open, database, redis] = [
  worker(),
  worker({ connection: 'database' }),
  worker({ connection: 'redis' }),
];

/** Which process each declaration is paired with, by its words, and what is contested. */
function matched(declared: readonly ProcessSpec[], there: readonly ExistingProcess[]) {
  const { pairs, contested } = matchAll(declared, there, cloudService);
  return {
    pairs: Object.fromEntries(declared.map((spec) => [describeSpec(spec), pairs.get(spec)?.id])),
    contested: contested.map(({ spec, found, extra }) => ({
      spec: describeSpec(spec),
      found: found.map(({ id }) => id),
      extra: extra?.map(({ id }) => id),
    })),
  };
}

test('of several that look the same the oldest is the declared one, even if a younger one needs no change', () => {
  const there = [born(2, 'young', { tries: 3 }), born(1, 'old', { tries: 1 })];
  expect(matched([worker({ tries: 3 })], there)).toEqual({
    pairs: { 'worker on queue default': 'old' },
    contested: [{ spec: 'worker on queue default', found: ['old', 'young'], extra: ['young'] }],
  });
});

test('a worker of any connection is the one without, else the only other; of several others it is none', () => {
  const [plain, ofRedis] = [born(1, 'plain'), born(2, 'r', { connection: 'redis' })];
  const any = 'worker on queue default';
  expect(matched([open], [ofRedis, plain])).toEqual({ pairs: { [any]: 'plain' }, contested: [] });
  expect(matched([open], [ofRedis])).toEqual({ pairs: { [any]: 'r' }, contested: [] });
  const { pairs, contested } = matched([open], [ofRedis, born(3, 'd', { connection: 'database' })]);
  expect([pairs[any], contested]).toEqual([undefined, [{ spec: any, found: ['r', 'd'], extra: undefined }]]);
});

describe('Two processes that look like one declaration can be two declarations', () => {
  const twins = [
    born(2, 'young', { connection: 'database', tries: 1 }),
    born(1, 'old', { connection: 'database', tries: 1 }),
  ];

  test('and the more specific one gets the older process', () => {
    expect(matched([open, database], twins)).toEqual({
      pairs: { 'worker on queue default of connection database': 'old', 'worker on queue default': 'young' },
      contested: [],
    });
  });

  test('but not where the other declaration has a process of its own', () => {
    const there = [...twins, born(3, 'plain')];
    expect(matched([open, database], there)).toEqual({
      pairs: { 'worker on queue default of connection database': 'old', 'worker on queue default': 'plain' },
      contested: [
        { spec: 'worker on queue default of connection database', found: ['old', 'young'], extra: ['young'] },
      ],
    });
  });

  test('and where processes are replaced, an older one that is as neither declares is left over', () => {
    const there = [4, 5, 1].map((tries, index) =>
      born(index + 1, `tries ${tries}`, { connection: 'database', tries }),
    );
    const declared = [worker({ tries: 5 }), worker({ connection: 'database', tries: 1 })];
    const { contested } = matchAll(declared, there, { ...cloudService, onDrift: 'replace' });
    expect(contested).toMatchObject([{ extra: [{ id: 'tries 4' }] }]);
  });

  test('one that is alone is one declaration, and the next pair is two', () => {
    const there = [
      born(1, 'alone', { connection: 'database' }),
      born(2, 'r-1', { connection: 'redis' }),
      born(3, 'r-2', { connection: 'redis' }),
    ];
    expect(matched([database, redis, open], there)).toEqual({
      pairs: {
        'worker on queue default of connection database': 'alone',
        'worker on queue default of connection redis': 'r-1',
        'worker on queue default': 'r-2',
      },
      contested: [],
    });
  });
});
