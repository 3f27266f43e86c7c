import fc from 'fast-check';
import { derivedName } from '../../src/forge/compare.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import type { ForgeSeed } from './forge-model.ts';
import { type ForgeManners, oddOnForge } from './manners.ts';
import { commonManners, mostly, upTo } from './plans.ts';
import { passingCommand } from './server-model.ts';
import { type Before, type World, worldsOf } from './world.ts';

export type ForgeWorld = World<'forge', ForgeSpec, ForgeManners, ForgeSeed>;

const manners: fc.Arbitrary<ForgeManners> = fc.record({
  ...commonManners,
  dates: fc.constantFrom('second', 'second', 'second', 'none'),
  odd: mostly<ForgeManners['odd']>([], 10, fc.subarray([...oddOnForge])),
  firstId: fc.constantFrom(31, 94, 98),
  namesAreUnique: mostly(true, 25, fc.constant(false)),
  lingers: mostly(0, 60, upTo(3_000), upTo(60_000)),
  showsLeaving: mostly(true, 20, fc.constant(false)),
});

const specs: fc.Arbitrary<ForgeSpec> = fc
  .record({
    ownName: fc.constantFrom(undefined, undefined, 'horizon'),
    command: fc.constantFrom('php8.4 artisan horizon', 'php8.4 artisan  queue:work --queue=high'),
    user: fc.constantFrom('forge', 'forge', 'isolated'),
    directory: fc.constantFrom(undefined, '/home/forge/shop.example'),
    processes: mostly<number | undefined>(2, 70, fc.constantFrom(undefined, 1, 3)),
    siteId: mostly<string | undefined>(undefined, 25, fc.constant('7')),
  })
  .map(({ ownName, ...spec }) => ({
    ...spec,
    name: ownName ?? derivedName(spec),
    startsecs: undefined,
    stopwaitsecs: undefined,
    stopsignal: undefined,
  }));

/** Returns the declared process, under any name. */
function seedOf({ command, user, directory, siteId, processes = 1 }: ForgeSpec, name: string): ForgeSeed {
  return { name, command, user, directory: directory ?? null, siteId: siteId ?? null, processes };
}

/**
 * Returns processes that differ from the declaration in one part of the identity, so that no run may adopt them. One
 * has the declared name.
 */
function decoysOf(spec: ForgeSpec): ForgeSeed[] {
  const other = seedOf(spec, 'other');
  return [
    { ...other, command: passingCommand },
    { ...other, name: 'debug', command: `${spec.command} --debug` },
    { ...other, name: 'upper', command: spec.command.toUpperCase() },
    { ...other, name: 'root', user: 'root' },
    ...(spec.directory === undefined ? [] : [{ ...other, name: 'elsewhere', directory: '/srv/app' }]),
    ...(spec.siteId === undefined ? [] : [{ ...other, name: 'no-site', siteId: null }]),
    ...(spec.name === 'horizon' ? [{ ...other, name: spec.name, command: 'php8.4 artisan pulse:work' }] : []),
  ];
}

/** Returns processes that match the declaration: without drift, with drift, and in the spelling of a person. */
function matchesOf(spec: ForgeSpec): Before<ForgeSeed>[] {
  const { processes = 1 } = spec;
  const spaced = ` ${spec.command.replaceAll(' ', '  ')} `;
  const slashed = spec.directory === undefined ? null : `${spec.directory}/`;
  return [
    { seed: seedOf(spec, spec.name) },
    { seed: { ...seedOf(spec, spec.name), processes: processes + 1 } },
    { seed: { ...seedOf(spec, 'by-hand'), command: spaced, processes: processes + 1 }, recent: true },
    { seed: { ...seedOf(spec, 'by-hand-too'), directory: slashed } },
  ];
}

export const forgeWorlds: fc.Arbitrary<ForgeWorld> = worldsOf('forge', {
  manners,
  specs,
  matchesOf,
  decoysOf,
});
