import { describe, expect, test } from 'vitest';
import { type ExistingProcess, processFrom } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { describe as describeSpec, type ProcessSpec } from '../../src/cloud/spec.ts';
import { type Ensure, ensure } from '../../src/converge/ensure.ts';
import type { Listing } from '../../src/converge/listing.ts';
import type { CreateResult } from '../../src/converge/service.ts';
import { FakeStore } from '../cloud/fake-cloud.ts';
import { custom, worker } from '../support/processes.ts';
import { endOf } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

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
    const { value, error } = await clock.run(endOf(ensure({ spec, ifExists, dryRun: false }, world)));
    outcomes.push(value === undefined ? error.message : value.outcome);
  }
  return { server, outcomes, known, clock };
}

const horizon = custom("php artisan horizon --name='a b'");
const plain = worker();
const mail = worker({ queue: 'high,mail', connection: 'redis' });
/** The declared worker with its queues in another order. */
const reordered = { config: { queue: 'mail,high', connection: 'redis' } };

const everywhere = (attributes: Attributes): Shown => ({
  answer: attributes,
  list: attributes,
  byId: attributes,
});

describe('What the service keeps as another process is removed again, and each run fails at once', () => {
  test('such as a queue list in another order', async () => {
    const kept = 'worker on queue mail,high of connection redis';
    const { server, outcomes, known, clock } = await threeRuns(mail, everywhere(reordered));
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toContain(
        `The ${describeSpec(mail)} was created as process-${index + 1}, and the service keeps it as ${kept}, so the next run would not find it. Declare it as the service keeps it: ${kept}`,
      );
    }
    expect(server.processes).toEqual([]);
    expect(server.most).toBe(1);
    expect(known.at(-1)).toBe('removed process-3 again, which this run had created');
    expect(clock.now()).toBeLessThan(3_000);
  });

  test('also where only a list and a read by id show it', async () => {
    const { outcomes, server } = await threeRuns(mail, {
      answer: { config: [] },
      list: { config: { queue: 'mail' } },
      byId: { config: { queue: 'mail' } },
    });
    expect(outcomes[0]).toContain('the service keeps it as worker on queue mail,');
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
      for (const outcome of outcomes.slice(1)) expect(outcome).toContain('may exist already as process-1 (');
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

  test('with if-exists: create nothing is read or removed', async () => {
    const { outcomes, server, known } = await threeRuns(mail, everywhere(reordered), 'create');
    expect(known[0]).toBe('created worker on queue high,mail of connection redis as process-1');
    expect(outcomes).toEqual(['created', 'created', 'created']);
    expect(server.calls.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
  });
});
