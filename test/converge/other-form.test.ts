import { describe, expect, test } from 'vitest';
import { type ExistingProcess, processFrom } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { describe as describeSpec, type ProcessSpec } from '../../src/cloud/spec.ts';
import { type Ensure, ensure } from '../../src/converge/ensure.ts';
import type { Listing } from '../../src/converge/listing.ts';
import type { CreateResult } from '../../src/converge/service.ts';
import { Failure } from '../../src/failure.ts';
import { FakeStore } from '../cloud/fake-cloud.ts';
import { existing } from '../support/existing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** How the service shows what it was asked for. */
interface Shown {
  readonly answer?: Attributes;
  readonly list?: Attributes;
  readonly byId?: Attributes;
}

/** A server that keeps processes in a form of its own, which each of its answers may show or not. */
class Server extends FakeStore {
  readonly #shown: Shown;
  /** The most processes that were there at once. */
  most = 0;

  constructor(clock: VirtualClock, shown: Shown) {
    super(clock);
    this.#shown = shown;
  }

  override async create(spec: ProcessSpec): Promise<CreateResult<ExistingProcess>> {
    const sent = await super.create(spec);
    this.most = Math.max(this.most, this.processes.length);
    return sent.kind === 'created' ? { ...sent, made: show(sent.made, this.#shown.answer) } : sent;
  }

  override async list(): Promise<Listing<ExistingProcess>> {
    const listing = await super.list();
    return { ...listing, processes: listing.processes.map((each) => show(each, this.#shown.list)) };
  }

  override async find(id: string): Promise<ExistingProcess | undefined> {
    const found = await super.find(id);
    return found && show(found, this.#shown.byId);
  }
}

function show(process: ExistingProcess, attributes: Attributes | undefined): ExistingProcess {
  const { id, type, processes, command, config, createdAt } = process;
  const asked = { type, processes, command, config, created_at: createdAt };
  return processFrom(id, { attributes: { ...asked, ...attributes } }, 'inst-1');
}

/** Three runs, one after the other. */
async function threeRuns(
  spec: ProcessSpec,
  shown: Shown,
  ifExists: Ensure<ProcessSpec>['ifExists'] = 'update',
) {
  const clock = new VirtualClock();
  const server = new Server(clock, shown);
  const known: string[] = [];
  const outcomes: string[] = [];
  for (let run = 0; run < 3; run++) {
    const runtime = runtimeOn(clock, { checkpoint: (line) => known.push(line ?? '') });
    const world = { service: cloudService, store: server, runtime };
    const task = ensure({ spec, ifExists, dryRun: false }, world).then(
      ({ outcome }) => outcome,
      (error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        return error.message;
      },
    );
    outcomes.push(await clock.run(task));
  }
  return { server, outcomes, known, clock };
}

const horizon: ProcessSpec = { type: 'custom', processes: 1, command: "php artisan horizon --name='a b'" };
const plain: ProcessSpec = { type: 'worker', processes: 1, config: {} };
const mail: ProcessSpec = {
  type: 'worker',
  processes: 1,
  config: { queue: 'high,mail', connection: 'redis' },
};

const everywhere = (attributes: Attributes): Shown => ({
  answer: attributes,
  list: attributes,
  byId: attributes,
});

describe('What the service keeps as another process is removed again, and each run fails at once', () => {
  test.each([
    [
      'a queue list in another order',
      mail,
      { config: { queue: 'mail,high', connection: 'redis' } },
      'worker on queue mail,high of connection redis',
    ],
    [
      'another connection',
      mail,
      { config: { queue: 'high,mail', connection: 'sqs' } },
      'worker on queue high,mail of connection sqs',
    ],
  ])('%s', async (_, spec, attributes, kept) => {
    const { server, outcomes, known, clock } = await threeRuns(spec, everywhere(attributes));
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toContain(
        `Creating the ${describeSpec(spec)}: it was created as process-${index + 1}, and the service keeps it as ${kept}, so the next run would not find it. process-${index + 1} was removed again. Declare it as the service keeps it: ${kept}`,
      );
    }
    expect(server.processes).toEqual([]);
    expect(server.most).toBe(1);
    expect(known.at(-1)).toBe('removed process-3 again, which this run had created as another process');
    expect(clock.now()).toBeLessThan(3_000);
  });

  test('also where only a list and a read by id show it', async () => {
    const { outcomes, server } = await threeRuns(mail, {
      answer: { config: [] },
      list: { config: { queue: 'mail' } },
      byId: { config: { queue: 'mail' } },
    });
    expect(outcomes[0]).toContain('the service keeps it as worker on queue mail, so');
    expect(server.processes).toEqual([]);
  });
});

describe('What does not state another identity is not removed', () => {
  test.each([
    ['no config', mail, { config: null }],
    ['the documented example', plain, { config: ['<unknown>'] }],
  ])(
    '%s: what cannot be told apart from it later is left alone, so that there is one',
    async (_, spec, told) => {
      const { outcomes, server } = await threeRuns(spec, everywhere(told));
      expect(outcomes[0]).toBe('created');
      for (const outcome of outcomes.slice(1))
        expect(outcome).toContain('it may exist already as process-1 (');
      expect(server.count('create')).toBe(1);
      expect(server.count('remove')).toBe(0);
    },
  );

  test('one witness is not enough: a list shows another process, and a read by id the declared one', async () => {
    const shown = { answer: { command: null }, list: { command: 'php artisan other' } };
    const { outcomes, server } = await threeRuns(horizon, shown);
    expect(outcomes[0]).toBe('created');
    expect(server.count('remove')).toBe(0);
  });

  test('with if-exists: create nothing is read or removed, and what differs is told', async () => {
    const attributes = { config: { queue: 'mail,high', connection: 'redis' } };
    const { outcomes, server, known } = await threeRuns(mail, everywhere(attributes), 'create');
    expect(known[0]).toBe('created worker on queue high,mail of connection redis as process-1');
    expect(outcomes).toEqual(['created', 'created', 'created']);
    expect(server.calls.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
    const clock = new VirtualClock();
    const store = new Server(clock, everywhere(attributes));
    const world = { service: cloudService, store, runtime: runtimeOn(clock) };
    const created = await clock.run(ensure({ spec: mail, ifExists: 'create', dryRun: false }, world));
    expect(created.ignored).toEqual({ 'config.queue': { from: 'mail,high', to: 'high,mail' } });
  });
});

test('a doubtful process of another run is an error, one’s own is none, and nothing is removed', async () => {
  const shown: Shown = { list: { config: ['<unknown>'] } };
  const alone = await threeRuns(mail, shown);
  expect(alone.outcomes[0]).toBe('created');
  const clock = new VirtualClock();
  const server = new Server(clock, shown);
  server.before = ({ kind }) => {
    if (kind === 'create') server.processes.push(existing({ id: 'theirs' }));
    return undefined;
  };
  const world = { service: cloudService, store: server, runtime: runtimeOn(clock) };
  const task = ensure({ spec: mail, ifExists: 'update', dryRun: false }, world);
  await expect(clock.run(task)).rejects.toThrow(
    'Creating the worker on queue high,mail of connection redis: there is now theirs (its options are not understood); it may be the same process',
  );
  expect(server.count('remove')).toBe(0);
});
