import { beforeEach, describe, expect, test } from 'vitest';
import { converge } from '../../src/converge/apply.ts';
import { countsOf, countsText } from '../../src/converge/counts.ts';
import { planFor } from '../../src/converge/plan.ts';
import { forgeMaker } from '../../src/forge/maker.ts';
import { forgeRules } from '../../src/forge/service.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { answered, ForgeServer, specOf } from './forge-server.ts';
import { waitingOn } from './waiting-on.ts';

const place = { id: '7', name: 'web-1' };
let server: ForgeServer;
let lines: string[];

beforeEach(() => {
  server = new ForgeServer();
  lines = [];
});

/** Plans for what is there now, lets `meanwhile` happen, and converges. */
async function run(
  declared: readonly ForgeSpec[],
  { prune = false, meanwhile }: { prune?: boolean; meanwhile?: () => void } = {},
) {
  const clock = new VirtualClock();
  const waiting = waitingOn(clock);
  const state = { place, declared, listing: await server.list() };
  const { operations } = planFor([state], forgeRules, { prune });
  server.filters.length = 0;
  meanwhile?.();
  return await clock.run(
    converge(operations, [state], {
      rules: forgeRules,
      makerAt: ({ listing }, limit) =>
        forgeMaker(listing, {
          ...waiting,
          store: server,
          removalLimit: 60_000,
          limit,
        }),
      cancelled: waiting.cancelled,
      concurrency: 6,
      onChange: () => undefined,
      warn: (line) => lines.push(line),
      log: (line) => lines.push(line),
    }),
  );
}

const queue = (name: string, given: Partial<ForgeSpec> = {}) =>
  specOf({ name, command: `php8.4 artisan queue:work --queue=${name}`, ...given });

describe('A plan for a Forge server is carried out', () => {
  test('creates share the listing that verifies them', async () => {
    const results = await run(['a', 'b', 'c'].map((name) => queue(name)));
    expect(countsText(countsOf(results), 'done')).toBe('3 created');
    expect(server.names.toSorted()).toEqual(['a', 'b', 'c']);
    expect(server.filters).toHaveLength(1);
  });

  test('drift is replaced, which counts as an update, and the results name the new process', async () => {
    server.add('a', { ...queue('a'), directory: '/home/forge/shop.example', processes: 3 });
    const results = await run([queue('a')]);
    expect(countsText(countsOf(results), 'done')).toBe('1 replaced');
    expect(results[0]).toMatchObject({
      outcome: 'replaced',
      process: { id: '42', processes: 1 },
      changes: { processes: { from: 3, to: 1 } },
    });
    expect(server.kept).toHaveLength(1);
  });

  test('what is pruned goes last, and is reported when it is gone', async () => {
    const old = server.add('old', { command: 'old' });
    server.removalLooks = 3;
    const results = await run([queue('a')], { prune: true });
    expect(countsText(countsOf(results), 'done')).toBe('1 deleted, 1 created');
    expect(server.calls).toEqual(['create a', `remove ${old.id}`]);
    expect(server.names).toEqual(['a']);
    expect(lines).toContain(
      'web-1, process "old" of forge in /home/forge/shop.example: Waiting until 41 is removed',
    );
  });

  test('a removal that never ends is a failure', async () => {
    server.add('old', { command: 'old' });
    server.removalLooks = 1_000;
    const [result] = await run([], { prune: true });
    expect(result).toMatchObject({ status: 'failed', outcome: undefined });
    expect(result?.error).toContain('still at it after 60 s');
  });
});

describe('Each process is made exactly once', () => {
  test('a lost answer is looked for, and what has appeared is taken', async () => {
    server.onCreate = (spec) => (spec.name === 'b' ? 'lose' : 'answer');
    const results = await run(['a', 'b', 'c'].map((name) => queue(name)));
    expect(countsText(countsOf(results), 'done')).toBe('3 created');
    expect(server.calls.toSorted()).toEqual(['create a', 'create b', 'create c']);
  });

  test('one that takes any directory is not given what another declaration has made', async () => {
    const results = await run([queue('a', { directory: undefined }), queue('a', { name: 'a-2' })]);
    expect(countsText(countsOf(results), 'done')).toBe('2 created');
    expect(new Set(results.map(({ process }) => process?.id)).size).toBe(2);
  });

  test('a name that another process has fails only that declaration, and holds the deletes back', async () => {
    server.add('a', { command: 'something else' });
    const results = await run([queue('a'), queue('b')], { prune: true });
    expect(results.map(({ status }) => status)).toEqual(['failed', 'done', 'not-done']);
    expect(results[0]?.error).toContain('Give another name');
  });

  test('a replacement that could not create tells what is gone', async () => {
    server.add('a', { ...queue('a'), directory: '/home/forge/shop.example', processes: 3 });
    server.onCreate = (_spec, attempt) => {
      if (attempt > 1) throw answered(422, ['command']);
      return 'answer';
    };
    const [result] = await run([queue('a')]);
    expect(result).toMatchObject({ status: 'failed', outcome: undefined });
    expect(result?.error).toMatch(/nothing has taken its place.*Known: deleted 41: 3 ×/s);
  });
});

test('a declaration with a site asks only for the processes of that site', async () => {
  await run([queue('a', { siteId: '9' }), queue('b')]);
  expect(server.filters.map(({ siteId }) => siteId).toSorted()).toEqual(['9', undefined]);
});
