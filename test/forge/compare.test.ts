import { expect, test } from 'vitest';
import { candidates as candidatesAmong } from '../../src/converge/service.ts';
import { derivedName, isOf, otherName } from '../../src/forge/compare.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { processOf, specOf } from './forge-server.ts';

const candidates = (spec: ForgeSpec, among: readonly ForgeProcess[]) =>
  candidatesAmong(spec, among, forgeService);
const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);

test('a process is its command with white space folded, its user and its directory', () => {
  const listed = [
    processOf({ id: '1', command: '  php8.4   artisan horizon ' }),
    processOf({ id: '2', command: 'php8.4 artisan horizon --verbose' }),
    processOf({ id: '3', user: 'root' }),
    processOf({ id: '4', directory: '/home/forge/other.example' }),
    processOf({ id: '5', directory: null }),
    processOf({ id: '6', directory: '/home/forge/shop.example//' }),
  ];
  expect(idsOf(candidates(specOf(), listed))).toEqual(['1', '6']);
});

test('without a declared directory, one that has none comes before those that have one', () => {
  const anywhere = [processOf({ id: '1' }), processOf({ id: '2', directory: '/srv' })];
  const spec = specOf({ directory: undefined });
  expect(idsOf(candidates(spec, anywhere))).toEqual(['1', '2']);
  expect(idsOf(candidates(spec, [...anywhere, processOf({ id: '3', directory: null })]))).toEqual(['3']);
});

test('a filter takes whole users and directories, and what is not reported', () => {
  const listed = [
    processOf({ id: '1', directory: '/home/forge/shop.example/' }),
    processOf({ id: '2', user: 'forge2' }),
    processOf({ id: '3', directory: '/home/forge/shop.example/current' }),
    processOf({ id: '4', directory: null }),
    processOf({ id: '5', user: '', doubt: 'its user is not known' }),
    processOf({ id: '6', directory: null, vague: 'its directory is not known' }),
  ];
  const of = (filter: Parameters<typeof isOf>[0]) => idsOf(listed.filter((process) => isOf(filter, process)));
  expect(of({ user: 'forge', directory: '/home/forge/shop.example' })).toEqual(['1', '5', '6']);
  expect(of({ user: 'forge' })).toEqual(['1', '3', '4', '5', '6']);
  expect(of({})).toHaveLength(6);
});

test('the root directory is not the same as none', () => {
  const listed = [processOf({ id: '1', directory: '/' }), processOf({ id: '2', directory: null })];
  expect(idsOf(candidates(specOf({ directory: '/' }), listed))).toEqual(['1']);
});

test.each([
  ['php8.4 artisan horizon', /^horizon-[0-9a-f]{8}$/],
  ['/usr/bin/php8.4 -d memory_limit=1G /srv/artisan queue:work redis', /^queue-work-redis-[0-9a-f]{8}$/],
  ['/usr/bin/php8.4 worker.php', /^worker-php-[0-9a-f]{8}$/],
  ['php8.4 artisan queue:work redis --key=Secret', /^queue-work-redis-[0-9a-f]{8}$/],
  ['KEY=Secret php8.4 worker.php', /^process-[0-9a-f]{8}$/],
  ['node ./bootstrap/ssr/ssr.mjs', /^node-bootstrap-ssr-ssr-mjs-[0-9a-f]{8}$/],
  [`node ${'x'.repeat(26)} y`, /^node-x{26}-[0-9a-f]{8}$/],
  ['…', /^process-[0-9a-f]{8}$/],
])('a name for %s tells what it runs', (command, pattern) => {
  expect(derivedName(specOf({ command }))).toMatch(pattern);
});

test('a derived name is the same for the same process, and another for every other', () => {
  const name = derivedName(specOf());
  expect(derivedName(specOf({ command: ' php8.4  artisan horizon', processes: 4 }))).toBe(name);
  expect(derivedName(specOf({ directory: '/home/forge/shop.example/' }))).toBe(name);
  const others = [
    { user: 'root' },
    { directory: undefined },
    { directory: '/srv' },
    { siteId: '7' },
    { command: 'php8.3 artisan horizon' },
  ].map((given) => derivedName(specOf(given)));
  expect(new Set([name, ...others]).size).toBe(6);
});

test('a name to fall back to keeps what the declared one says', () => {
  expect(otherName('horizon', '41')).toMatch(/^horizon-[0-9a-f]{8}$/);
  expect(otherName('x'.repeat(50), '41')).toMatch(/^x{40}-[0-9a-f]{8}$/);
  expect(otherName('horizon', '42')).not.toBe(otherName('horizon', '41'));
});

test('a directory of a megabyte of slashes is read at once', () => {
  const directory = `/a${'/'.repeat(1_000_000)}b`;
  const listed = [processOf({ id: '1', directory: `${directory}//` })];
  expect(idsOf(candidates(specOf({ directory }), listed))).toEqual(['1']);
  expect(derivedName(specOf({ command: 'x'.repeat(1_000_000) }))).toMatch(/^x{32}-/);
});
