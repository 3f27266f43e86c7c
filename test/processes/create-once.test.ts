import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { ambiguous, type Creation, createOnce, type Sent } from '../../src/processes/create-once.ts';
import type { Aged } from '../../src/processes/existing.ts';
import { scripted } from '../support/scripted.ts';
import { failureOf } from '../support/test-client.ts';

/** A thing, with whether it is the one to make, and in the declared state. */
interface Thing extends Aged {
  readonly matches: boolean;
  readonly inFull: boolean;
}

const thing = (id: string, second: number | null, more: Partial<Thing> = {}): Thing => ({
  id,
  createdAt: second === null ? null : `2026-04-04T00:00:0${second}.000000Z`,
  matches: true,
  inFull: true,
  ...more,
});

const created = (made: Thing): Sent<Thing> => ({ kind: 'created', made });
const lost: Sent<Thing> = { kind: 'lost', cause: 'a reset' };

interface Script {
  readonly before?: readonly Thing[];
  readonly sends: readonly [Sent<Thing>, ...Sent<Thing>[]];
  readonly lists: readonly [readonly Thing[], ...(readonly Thing[])[]];
}

/** Runs a creation against scripted answers; tells each step that it takes. */
async function creating({ before = [], sends, lists }: Script) {
  const steps: string[] = [];
  const did: string[] = [];
  const log: string[] = [];
  const send = scripted(...sends);
  const list = scripted(...lists);
  const creation: Creation<Thing> = {
    what: 'worker',
    before,
    list: async () => {
      steps.push('list');
      return list();
    },
    send: async () => {
      steps.push('send');
      return send();
    },
    remove: async (id) => {
      steps.push(`remove ${id}`);
    },
    matching: (listed) => listed.filter(({ matches }) => matches),
    inFull: ({ inFull }) => inFull,
    delays: {
      lost: () => [1, 2],
      race: () => [10, 20],
      settle: () => [100, 200],
      wait: async (ms) => {
        if (ms > 0) steps.push(`wait ${ms}`);
      },
    },
    did: (line) => did.push(line),
    log: (line) => log.push(line),
  };
  const told = { steps, did, log };
  const result = await createOnce(creation).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  return { ...told, ...result };
}

const mine = thing('mine', 2);
const older = thing('older', 1);
const younger = thing('younger', 3);
const decoy = thing('decoy', 1, { matches: false });

describe('an answered create', () => {
  test('is looked at once more, and is the process as listed then', async () => {
    const listed = { ...mine, inFull: false };
    const { steps, did, value } = await creating({ sends: [created(mine)], lists: [[decoy, listed]] });
    expect(steps).toEqual(['send', 'list']);
    expect(value).toEqual({ process: listed, madeHere: true, others: [] });
    expect(value?.process).toBe(listed);
    expect(did).toEqual(['created worker as mine']);
  });

  test('is as old as the list says, when its answer tells no date', async () => {
    const undated = { ...mine, createdAt: null };
    const { steps, value } = await creating({
      sends: [created(undated)],
      lists: [[mine, younger], [mine]],
    });
    expect(steps).not.toContain('remove mine');
    expect(value).toEqual({ process: mine, madeHere: true, others: [] });
  });

  test('stands as answered while the list does not show it yet', async () => {
    const { value } = await creating({ sends: [created(mine)], lists: [[decoy]] });
    expect(value).toEqual({ process: mine, madeHere: true, others: [] });
  });

  test('gives way to an older one: it removes its own, and no other', async () => {
    const { steps, did, log, value } = await creating({
      sends: [created(mine)],
      lists: [[mine, older], [older]],
    });
    expect(steps).toEqual(['send', 'list', 'remove mine', 'list']);
    expect(value).toEqual({ process: older, madeHere: false, others: [] });
    expect(did.at(-1)).toBe('removed mine again, which this run had made, in favour of older');
    expect(log).toEqual([
      'Another run has made the same process first (older); removing this run’s own mine',
    ]);
  });

  test('gives way to one of the same moment and a smaller id', async () => {
    const twin = thing('aaaa', 2);
    const { steps, value } = await creating({ sends: [created(mine)], lists: [[mine, twin], [twin]] });
    expect(steps).toContain('remove mine');
    expect(value?.process).toBe(twin);
  });

  test('waits for a younger one to give way', async () => {
    const { steps, value, log } = await creating({
      sends: [created(mine)],
      lists: [[mine, younger], [mine, younger], [mine]],
    });
    expect(steps).toEqual(['send', 'list', 'wait 10', 'list', 'wait 20', 'list']);
    expect(value).toEqual({ process: mine, madeHere: true, others: [] });
    expect(log[0]).toBe('Another run has made the same process (younger); it should give way');
  });

  test('names all that should give way', async () => {
    const youngest = thing('youngest', 4);
    const { log } = await creating({ sends: [created(mine)], lists: [[mine, younger, youngest], [mine]] });
    expect(log).toEqual(['Another run has made the same process (younger, youngest); it should give way']);
  });

  test('stays beside a younger one that does not give way, and tells of it', async () => {
    const { steps, value } = await creating({ sends: [created(mine)], lists: [[mine, younger]] });
    expect(steps).toEqual(['send', 'list', 'wait 10', 'list', 'wait 20', 'list']);
    expect(value).toEqual({ process: mine, madeHere: true, others: [younger] });
  });

  test('gives way to one of the same moment that does not, since its run has reported it already', async () => {
    const twin = thing('zzzz', 2);
    const { steps, value } = await creating({
      sends: [created(mine)],
      lists: [[mine, younger, twin], [mine, younger, twin], [mine, younger, twin], [twin]],
    });
    expect(steps).toEqual(['send', 'list', 'wait 10', 'list', 'wait 20', 'list', 'remove mine', 'list']);
    expect(value).toEqual({ process: twin, madeHere: false, others: [] });
  });

  test('gives way to an older one that shows only later', async () => {
    const { steps, value } = await creating({
      sends: [created(mine)],
      lists: [[mine, younger], [mine, younger, older], [older]],
    });
    expect(steps).toEqual(['send', 'list', 'wait 10', 'list', 'remove mine', 'list']);
    expect(value?.process).toBe(older);
  });

  test('after giving way it is not taken for one that is left, though the list still shows it', async () => {
    const { value } = await creating({
      sends: [created(mine)],
      lists: [
        [mine, older],
        [older, mine],
        [older, mine],
      ],
    });
    expect(value?.process).toBe(older);
  });

  test('after giving way it waits for others that give way as well', async () => {
    const { steps, value } = await creating({
      sends: [created(mine)],
      lists: [[mine, older, younger], [older, younger], [older, younger], [older]],
    });
    expect(steps).toEqual(['send', 'list', 'remove mine', 'list', 'wait 100', 'list', 'wait 200', 'list']);
    expect(value?.process).toBe(older);
  });

  test('after giving way, others that stay are an error that names them, the oldest first', async () => {
    const { error, steps } = await creating({
      sends: [created(mine)],
      lists: [
        [mine, older, younger],
        [younger, older],
      ],
    });
    expect(error).toBeInstanceOf(Failure);
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining(
        'The worker: 2 background processes match it: older (created 2026-04-04T00:00:01.000000Z), younger (created 2026-04-04T00:00:03.000000Z); runs that raced have left more than one',
      ),
    );
    expect(steps.filter((step) => step.startsWith('remove'))).toEqual(['remove mine']);
  });

  test('begins anew when all gave way to each other', async () => {
    const again = thing('again', 4);
    const { steps, log, value } = await creating({
      sends: [created(mine), created(again)],
      lists: [[mine, older], [], [again]],
    });
    expect(steps).toEqual(['send', 'list', 'remove mine', 'list', 'send', 'list']);
    expect(value).toEqual({ process: again, madeHere: true, others: [] });
    expect(log.at(-1)).toBe('The worker is gone again, since runs that raced each gave way; starting over');
  });

  test('gives up after three rounds of that', async () => {
    const round = [[mine, older], []] as const;
    const { steps, error } = await creating({
      sends: [created(mine)],
      lists: [...round, ...round, ...round],
    });
    expect(steps.filter((step) => step === 'send')).toHaveLength(3);
    expect(error).toHaveProperty(
      'message',
      'Creating the worker: other runs that make the same process kept getting in the way, and after 3 rounds none exists. Let only one run do this at a time, with a concurrency group in the workflow.',
    );
  });
});

describe('a create whose answer was lost', () => {
  test('is looked for until the server must be done, and adopted', async () => {
    const { steps, did, log, value } = await creating({ sends: [lost], lists: [[decoy], [decoy, mine]] });
    expect(steps).toEqual(['send', 'wait 1', 'list', 'wait 2', 'list']);
    expect(value).toEqual({ process: mine, madeHere: true, others: [] });
    expect(did).toEqual([
      'a request to create the worker was sent, and its answer was lost: it may exist',
      'mine exists: the worker',
    ]);
    expect(log).toEqual([
      'The answer to the create request was lost (a reset); looking whether it took effect',
      'Found mine, which has appeared since',
    ]);
  });

  test('is looked for on, even when another run’s shows first', async () => {
    const { error } = await creating({ sends: [lost], lists: [[older], [older, mine]] });
    expect(error).toHaveProperty('message', expect.stringContaining('older (created'));
    expect(error).toHaveProperty('message', expect.stringContaining('mine (created'));
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining(
        'the answer to this run’s own request was lost, so it cannot tell which is its own',
      ),
    );
  });

  test('gives others the time to give way before it adopts', async () => {
    const { steps, value } = await creating({
      sends: [lost],
      lists: [[], [mine, younger], [mine, younger], [mine]],
    });
    expect(steps).toEqual([
      'send',
      'wait 1',
      'list',
      'wait 2',
      'list',
      'wait 100',
      'list',
      'wait 200',
      'list',
    ]);
    expect(value?.process).toBe(mine);
  });

  test('never removes what it cannot know to be its own', async () => {
    const { steps } = await creating({ sends: [lost], lists: [[older, mine]] });
    expect(steps.some((step) => step.startsWith('remove'))).toBe(false);
  });

  test('is not what was there before, nor what does not match', async () => {
    const { steps } = await creating({
      before: [older],
      sends: [lost, created(mine)],
      lists: [[older, decoy], [older, decoy], [mine]],
    });
    expect(steps.slice(0, 7)).toEqual(['send', 'wait 1', 'list', 'wait 2', 'list', 'send', 'list']);
  });

  test('counts as another’s when it is not in the declared state', async () => {
    const other = { ...mine, inFull: false };
    const { value } = await creating({ sends: [lost], lists: [[other]] });
    expect(value).toEqual({ process: other, madeHere: false, others: [] });
  });

  test('is sent again only when nothing has come of it', async () => {
    const { steps, log, value } = await creating({ sends: [lost, created(mine)], lists: [[], [], [mine]] });
    expect(steps.slice(0, 7)).toEqual(['send', 'wait 1', 'list', 'wait 2', 'list', 'send', 'list']);
    expect(log).toContain('Nothing came of it; sending it again');
    expect(value?.process).toBe(mine);
  });

  test('is looked for still after it was sent again, since the first request may take effect late', async () => {
    const { steps } = await creating({ sends: [lost, created(mine)], lists: [[], [], [mine]] });
    expect(steps.slice(6)).toEqual([
      'list',
      'wait 1',
      'list',
      'wait 2',
      'list',
      'wait 10',
      'list',
      'wait 20',
      'list',
    ]);
  });

  test('gives way to what the first request made late, which only then is the only one', async () => {
    const { steps, value } = await creating({
      sends: [lost, created(mine)],
      lists: [[], [], [mine], [mine, younger], [mine, younger], [mine, younger], [mine, younger], [younger]],
    });
    expect(steps.filter((step) => step.startsWith('remove'))).toEqual(['remove mine']);
    expect(value).toEqual({ process: younger, madeHere: false, others: [] });
  });

  test('is sent three times at most', async () => {
    const { steps, error, did } = await creating({ sends: [lost], lists: [[]] });
    expect(steps.filter((step) => step === 'send')).toHaveLength(3);
    expect(error).toHaveProperty(
      'message',
      'Creating the worker: the answer was lost 3 times (a reset), and no such process has appeared. It may still appear; look at the background processes there, then run the job again.',
    );
    expect(did.at(-1)).toContain('it may exist');
  });

  test('begins anew when what had appeared is gone again', async () => {
    const { steps, value } = await creating({
      sends: [lost, created(mine)],
      lists: [[], [older, younger], [], [mine]],
    });
    expect(steps.slice(0, 9)).toEqual([
      'send',
      'wait 1',
      'list',
      'wait 2',
      'list',
      'wait 100',
      'list',
      'send',
      'list',
    ]);
    expect(value?.process).toBe(mine);
  });
});

test('a request that surely created nothing is the caller’s error', async () => {
  const refused = new Failure({ what: 'Creating', why: 'it was refused' });
  const error = await failureOf(
    createOnce<Thing>({
      what: 'worker',
      before: [],
      list: async () => [],
      send: async () => {
        throw refused;
      },
      remove: async () => undefined,
      matching: (listed) => listed,
      inFull: () => true,
      delays: { lost: () => [], race: () => [], settle: () => [], wait: async () => undefined },
      did: () => undefined,
      log: () => undefined,
    }),
  );
  expect(error).toBe(refused);
});

test('an ambiguity names every candidate, says why, and how to tell them apart', () => {
  expect(ambiguous('worker', [older, thing('x', null)], 'because').message).toBe(
    'The worker: 2 background processes match it: older (created 2026-04-04T00:00:01.000000Z), x; because. Delete those that are not wanted, tell them apart (a worker by queue and connection in config-json, a custom process by its command), or pin one with process-id.',
  );
});
