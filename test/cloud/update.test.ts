import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { PinnedSpec } from '../../src/cloud/spec.ts';
import { PinnedStore } from '../../src/cloud/store.ts';
import { ensurePinned, update } from '../../src/cloud/update.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { existing } from '../support/processes.ts';
import { endOf, failureOf, json, scriptedClient, text } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { type Answers, scriptedStore } from './scripted-store.ts';

const spec: PinnedSpec = { type: 'worker', processes: 2, config: { queue: 'mail', tries: 3 } };
const before = existing({ id: 'p1', processes: 1, config: { queue: 'mail', tries: 3, sleep: 10 } });
const after = existing({ id: 'p1', processes: 2, config: { queue: 'mail', tries: 3, sleep: 10 } });

interface Updating extends Answers {
  readonly declared?: PinnedSpec;
  readonly found?: ExistingProcess;
}

async function updating({ declared = spec, found = before, ...answers }: Updating) {
  const clock = new VirtualClock();
  const known: string[] = [];
  const { store, calls, updates } = scriptedStore(answers);
  const runtime = runtimeOn(clock, { checkpoint: (line) => known.push(line ?? '') });
  const ended = await clock.run(endOf(update(declared, found, { service: cloudService, store, runtime })));
  return { ...ended, calls, updates, known, clock };
}

const failed = (status: number | undefined, arrival: 'maybe' | 'no'): HttpFailure =>
  new HttpFailure(
    { what: 'The request', why: 'it failed' },
    { reason: 'it failed', ...(status === undefined ? {} : { status }), arrival, retry: 'no' },
  );

const silent = existing({ id: 'p1', processes: undefined, config: {}, tellsConfig: false });
const written = 'update p1';
const readBack = [written, 'find p1'];

test.each<[string, Updating, string[], ExistingProcess]>([
  ['the answer shows the declared state: nothing is read', { update: [after] }, [written], after],
  ['the answer leaves fields out, which contradicts nothing', { update: [silent] }, [written], silent],
  ['the answer shows nothing (204), and a read shows it', { find: [after] }, readBack, after],
  ['the answer shows the state before', { update: [before], find: [after] }, readBack, after],
  [
    'the answer is about another process',
    { update: [{ ...after, id: 'p2' }], find: [after] },
    readBack,
    after,
  ],
  [
    'the answer is lost, and a read shows it',
    { update: [failed(502, 'maybe')], find: [after] },
    readBack,
    after,
  ],
])('an update has taken effect where %s', async (_, answers, asked, process) => {
  const { value, calls, updates, known, clock } = await updating(answers);
  expect(value).toEqual({ process });
  expect(clock.now()).toBe(0);
  expect(calls).toEqual(asked);
  expect(updates).toEqual([{ processes: 2, config: { queue: 'mail', tries: 3, sleep: 10 } }]);
  expect(known).toEqual([]);
});

test('reads that lag are made again for three seconds', async () => {
  const late = await updating({ update: [undefined], find: [before, before, after] });
  expect(late.value).toEqual({ process: after });
  expect(late.clock.now()).toBeLessThanOrEqual(3_000);
  const never = await updating({ update: [before], find: [before] });
  expect(never.clock.now()).toBe(4250);
  expect(never.error).toBeInstanceOf(Failure);
  expect(never.error).toMatchObject({
    headline: 'Laravel Cloud accepted the update, but did not apply it',
    details: 'p1: processes is 1 and not 2',
    message:
      'Updating background process p1: the update was accepted but not applied: processes is 1 and not 2. Change it in the dashboard once, or delete the process so that the next run creates it as declared.',
  });
});

test.each([
  ['before the update', failed(404, 'no')],
  ['after it, which showed nothing', undefined],
])('a process that vanishes %s is nothing to report', async (_, update) => {
  const { value, error, known } = await updating({ update: [update] });
  expect([value, error, known]).toEqual([undefined, undefined, []]);
});

test('all that was not applied is named', async () => {
  const far = existing({ id: 'p1', config: { queue: 'mail', tries: 1 } });
  const { error } = await updating({ found: far, update: [far], find: [far] });
  expect(error).toHaveProperty(
    'message',
    expect.stringContaining('processes is 1 and not 2, config.tries is 1 and not 3'),
  );
});

describe('The options of a process that are not understood', () => {
  const doubtful = existing({ id: 'p1', config: {}, tellsConfig: false, doubt: 'its options are odd' });

  test('are not overwritten: an update that sends them whole is refused before it is sent', async () => {
    const { error, calls } = await updating({ found: doubtful });
    expect(error).toHaveProperty(
      'message',
      'Updating background process p1: its options are odd, so an update of its options could lose some of them. Nothing was changed. Change its options in the dashboard, or declare only processes.',
    );
    expect(calls).toEqual([]);
  });

  test('do not matter where only the number changes', async () => {
    const declared: PinnedSpec = { type: 'worker', processes: 2, config: {} };
    const { value, updates } = await updating({
      declared,
      found: doubtful,
      update: [{ ...doubtful, processes: 2 }],
    });
    expect(value?.process.processes).toBe(2);
    expect(updates).toEqual([{ processes: 2 }]);
  });
});

describe('An update that fails', () => {
  const maybe = 'whether processes: 1 → 2 of p1 took effect';

  const refused = 'Laravel Cloud refused the update of the worker on queue mail';
  const failing = 'The worker on queue mail could not be updated: it failed';
  const stopped = { what: 'It', why: 'it was stopped' };

  test.each<[string, Failure, ExistingProcess | Failure, string[], string?]>([
    ['a refusal', failed(422, 'no'), before, [], refused],
    ['no connection', failed(undefined, 'no'), before, [], failing],
    ['a lost answer', failed(502, 'maybe'), before, [maybe], failing],
    [
      'a lost answer, and a process that cannot be read',
      failed(502, 'maybe'),
      failed(503, 'no'),
      [maybe],
      failing,
    ],
    ['404 of a process that is there', failed(404, 'no'), before, [], refused],
    ['a cancellation before it was sent', new Cancelled(stopped), before, []],
    ['a cancellation on its way', new Cancelled(stopped, { mayHaveActed: true }), before, [maybe]],
  ])(
    'says that it may have taken effect only where it may have: %s',
    async (_, error, read, lines, headline?) => {
      const { error: thrown, known, updates, calls } = await updating({ update: [error], find: [read] });
      expect(thrown).toMatchObject({ message: error.message });
      if (headline !== undefined) expect(thrown).toMatchObject({ headline, details: 'p1: it failed' });
      expect(known).toEqual(lines);
      expect(updates).toHaveLength(1);
      if (error instanceof Cancelled) expect(calls).toEqual([written]);
    },
  );

  test('after it was accepted may have taken effect', async () => {
    const unread = failed(503, 'no');
    const { error, known } = await updating({ update: [undefined], find: [unread] });
    expect(error).toMatchObject({ message: unread.message });
    expect(known).toEqual([maybe]);
  });
});

describe('A pinned process over HTTP', () => {
  const resource = (processes: number, type: string) => ({
    id: 'process-1',
    type: 'background_processes',
    attributes: { type, processes, command: 'php artisan queue:work', config: { queue: 'mail' } },
    relationships: { instance: { data: { id: 'inst-1' } } },
  });
  const body = (processes: number, type = 'worker') =>
    json(200, {
      data: resource(processes, type),
      included: [{ id: 'inst-1', type: 'instances', attributes: { name: 'App', type: 'app' } }],
    });

  function pinning(...replies: Parameters<typeof scriptedClient>[0]) {
    const { client, clock, transport } = scriptedClient(replies);
    const store = new PinnedStore(client, 'inst-1');
    const declared: PinnedSpec = { type: 'worker', processes: 2, config: {} };
    const wanted = { id: 'process-1', spec: declared, ifExists: 'update', dryRun: false } as const;
    const world = { service: cloudService, store, runtime: runtimeOn(clock) };
    return {
      transport,
      ensured: async () => await clock.run(ensurePinned(wanted, world)),
      failed: async () => await clock.run(failureOf(ensurePinned(wanted, world))),
    };
  }

  test('is read back after a 204', async () => {
    const { ensured, transport } = pinning(body(1), text(204, ''), body(2));
    expect(await ensured()).toMatchObject({ outcome: 'updated', process: { processes: 2 } });
    expect(transport.asked).toEqual([
      'GET /api/background-processes/process-1?include=instance',
      'PATCH /api/background-processes/process-1',
      'GET /api/background-processes/process-1?include=instance',
    ]);
  });

  test('of another type is an error', async () => {
    expect(await pinning(body(1, 'custom')).failed()).toHaveProperty(
      'message',
      'Background process process-1 is of type custom, and not worker. A process cannot change its type: correct type or process-id.',
    );
    expect(await pinning(body(1, '')).failed()).toMatchObject({
      headline: 'The background process is of type unknown, and not worker',
      details: 'It is process-1',
    });
  });

  test.each([
    ['before', [text(404, '')]],
    ['at the update', [body(1), text(404, ''), text(404, '')]],
    ['after the update', [body(1), text(204, ''), text(404, '')]],
  ])('that vanishes %s is an error, and none is created', async (_, replies) => {
    const { failed, transport } = pinning(...replies);
    expect(await failed()).toHaveProperty(
      'message',
      'No background process has the id "process-1": somebody has deleted it, or the token cannot see it. Check process-id, or leave it out so that the step finds it by its command or queues.',
    );
    expect(transport.requests.map(({ method }) => method)).not.toContain('POST');
  });
});
