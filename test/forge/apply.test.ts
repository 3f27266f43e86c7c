import { beforeEach, describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/converge/apply.ts';
import type { Listing } from '../../src/converge/listing.ts';
import { Semaphore } from '../../src/converge/pace.ts';
import { countsOf, countsText, planFor } from '../../src/converge/plan.ts';
import type { Store } from '../../src/converge/service.ts';
import { otherName } from '../../src/forge/compare.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { listingOf } from '../support/processes.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { ForgeServer, processOf, specOf } from './forge-server.ts';

const place = { id: '7', name: 'web-1' };
let server: ForgeServer;
let lines: string[];
let sites: (string | undefined)[];

beforeEach(() => {
  server = new ForgeServer();
  lines = [];
  sites = [];
});

/** The server as the processes of one site: all that it shows is of that. */
function onSite(siteId: string): Store<ForgeSpec, ForgeProcess> {
  const { place, removalSpan } = server;
  return {
    ...{ place, removalSpan, mayWrite: () => undefined, remove: (id) => server.remove(id) },
    async list() {
      const listing = await server.list({ siteId });
      return { ...listing, processes: listing.processes.map((each) => ({ ...each, siteId })) };
    },
    async find(id) {
      const found = await server.find(id);
      return found && { ...found, siteId };
    },
    async create(spec) {
      const sent = await server.create(spec);
      return sent.kind === 'created' ? { ...sent, made: { ...sent.made, siteId } } : sent;
    },
  };
}

/** Plans for what is there now, and carries that out. */
async function run(
  declared: readonly ForgeSpec[],
  { prune = false, listing }: { prune?: boolean; listing?: Listing<ForgeProcess> } = {},
) {
  const clock = new VirtualClock();
  const runtime = runtimeOn(clock, {
    log: (line) => lines.push(line),
    warn: (line) => lines.push(`warning: ${line}`),
  });
  const state = { place, declared, listing: listing ?? (await server.list()) };
  server.filters.length = 0;
  const { operations } = planFor([state], forgeService, { prune });
  const semaphore = new Semaphore(6);
  return await clock.run(
    applyPlan(operations, [state], {
      service: forgeService,
      runtime,
      semaphore,
      storeOf(_, siteId) {
        sites.push(siteId);
        return siteId === undefined ? server : onSite(siteId);
      },
      onChange: () => undefined,
    }),
  );
}

const done = (results: Awaited<ReturnType<typeof run>>): string => countsText(countsOf(results), 'done');

const queue = (name: string, given: Partial<ForgeSpec> = {}) =>
  specOf({ name, command: `php8.4 artisan queue:work --queue=${name}`, ...given });

const { name: _, ...tripled } = { ...queue('a'), processes: 3, directory: '/home/forge/shop.example' };
const { siteId: __, ...threeOfA } = tripled;

describe('A plan for a Forge server', () => {
  test('replaces what has drifted; log and results name the operation and the new process', async () => {
    server.add('a', threeOfA);
    const [result] = await run([queue('a')]);
    expect(result).toMatchObject({
      outcome: 'replaced',
      process: { id: '42', processes: 1 },
      changes: { processes: { from: 3, to: 1 } },
    });
    expect(server.kept).toHaveLength(1);
    const subject =
      'web-1, process "php8.4 artisan queue:work --queue=a" of user forge in /home/forge/shop.example: ';
    expect(lines.filter((line) => !line.startsWith(subject))).toEqual([]);
    expect(lines.at(-1)).toBe(`${subject}replaced (42)`);
  });

  test('says of a deletion that did not end in time that it asked for the removal', async () => {
    server.add('old', { command: 'old' });
    server.removalLooks = 1_000;
    const [result] = await run([], { prune: true });
    expect(result).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/ So far: asked to remove 41\.$/),
    });
  });

  test('takes another name if the holder of the declared name is deleted afterwards', async () => {
    const old = server.add('a', { command: 'php8.3 artisan queue:work --queue=a' });
    expect(done(await run([queue('a')], { prune: true }))).toBe('1 deleted, 1 created');
    expect(server.calls).toEqual([
      'create a',
      'create a',
      expect.stringMatching(/^create a-/),
      `remove ${old.id}`,
    ]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning: .* so it is named a-\w+; set another name$/),
    );
    expect(done(await run([queue('a')], { prune: true }))).toBe('nothing to change');
  });

  test('fails only the declaration whose other name is in use, too, and holds deletions back', async () => {
    server.add('a', { command: 'something else' });
    server.add(otherName('a', queue('a').command), { command: 'something else again' });
    const results = await run([queue('a'), queue('b')], { prune: true });
    expect(results.map(({ status }) => status)).toEqual(['failed', 'done', 'not-done', 'not-done']);
    expect(results[0]?.error).toContain('Set another name');
  });

  test('knows of a site only the processes that its list has shown', async () => {
    for (const siteId of ['9', undefined])
      server.add(`a-${siteId}`, { ...threeOfA, ...(siteId && { siteId }) });
    server.onRemove = () => void server.kept.pop();
    const results = await run([queue('a', { siteId: '9' })]);
    expect(results.map(({ outcome, process }) => [outcome, process?.siteId])).toEqual([
      ['replaced', '9'],
      ['undeclared', undefined],
    ]);
  });

  test('compares the list of a site with the part of the first list that is of this site', async () => {
    server.add('a', threeOfA);
    const ofSite = processOf({ id: '41', siteId: '9' });
    const listing = listingOf([ofSite, processOf({ id: '5' })], {
      leaving: [processOf({ id: '6' })],
      pages: 2,
    });
    const declared = queue('b', { siteId: '9' });
    expect(done(await run([declared], { listing }))).toBe('1 created, 2 not in the manifest');
    expect(server.filters).toEqual([{ siteId: '9' }, { siteId: '9' }]);
  });

  test('opens a site once, and shares its listing among its declarations', async () => {
    const declared = [queue('a', { siteId: '9' }), queue('b', { siteId: '9' }), queue('c')];
    expect(done(await run(declared))).toBe('3 created');
    expect(sites.toSorted()).toEqual(['9', undefined]);
    expect(server.filters.map(({ siteId }) => siteId).toSorted()).toEqual(['9', undefined]);
  });
});
