import { describe, expect, test } from 'vitest';
import { createOnce } from '../../src/converge/create-once.ts';
import type { Existing } from '../../src/converge/listing.ts';
import type { CreateResult, World } from '../../src/converge/service.ts';
import { Failure } from '../../src/failure.ts';
import { listingOf } from '../support/processes.ts';
import { scripted } from '../support/scripted.ts';
import { endOf } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

/** A thing, with whether it is the one to make. */
interface Thing extends Existing {
  /** Does the service keep it under another identity? */
  readonly isOther?: boolean;
  readonly matches: boolean;
}

/** From when and until when a list shows it, and until when it is there, in milliseconds. */
interface Span {
  readonly from?: number;
  readonly until?: number;
  readonly there?: number;
}

/** A thing that is there, and shown, all the time unless its span says otherwise; `now`: what it has become. */
type Life = Thing & { readonly span?: Span; readonly now?: Partial<Thing> };

const lives = (of: Thing, span: Span): Life => ({ ...of, span });

const thing = (id: string, second: number | null, more: Partial<Thing> = {}): Thing => ({
  id,
  createdAt: second === null ? null : `2026-04-04T00:00:0${second}.000000Z`,
  matches: true,
  ...more,
});

const mine = thing('mine', 2);
const older = thing('older', 1);
const younger = thing('younger', 3);
const youngest = thing('youngest', 4);
const decoy = thing('decoy', 1, { matches: false });

/** As it is by its id, and not as it is listed. */
const byId = ({ span: _, now, ...of }: Life): Thing => ({
  ...of,
  createdAt: `${of.createdAt} by id`,
  ...now,
});

const created = (made: Thing): CreateResult<Thing> => ({ kind: 'created', made });
const lost: CreateResult<Thing> = { kind: 'lost', cause: 'a reset' };

interface Script {
  /** How the create requests are answered: the first one with `mine`, unless told otherwise. */
  readonly sends?: readonly [CreateResult<Thing>, ...CreateResult<Thing>[]];
  /** How long a removal takes to show in lists. */
  readonly removalLag?: number;
  readonly pages?: number;
  /** How long the first list takes, which shows what was there when it began. */
  readonly firstTakes?: number;
  /** The server's own clock. */
  readonly serverTime?: number;
  /** Why nothing may be written, which shows only once something is made. */
  readonly refusal?: Failure;
  /** What goes as well when a process is removed, by the id of that. */
  readonly goesToo?: Readonly<Record<string, string>>;
  /** When nothing more may be sent. */
  readonly deadline?: number;
}

/**
 * Runs a creation among those that lists show, until they are removed; tells each step that it takes, with its time.
 * Pauses are as long as can be.
 */
async function creating(
  among: readonly Life[],
  {
    sends = [created(mine)],
    removalLag = 0,
    pages = 1,
    firstTakes = 0,
    serverTime,
    refusal,
    goesToo = {},
    deadline = Number.POSITIVE_INFINITY,
  }: Script = {},
) {
  const clock = new VirtualClock();
  const steps: string[] = [];
  const did: string[] = [];
  const exists: (string | undefined)[] = [];
  const log: string[] = [];
  const warnings: string[] = [];
  const removed = new Map<string, number>();
  const send = scripted(...sends);
  const note = (step: string): void => {
    steps.push(`${clock.now()} ${step}`);
  };
  const isShown = ({ id, span: { from = 0, until = Number.POSITIVE_INFINITY } = {} }: Life) =>
    clock.now() >= from && clock.now() < Math.min(until, (removed.get(id) ?? until) + removalLag);
  const plain = ({ span: _, now: __, ...thing }: Life): Thing => thing;
  const world: World<string, Thing> = {
    service: {
      identityOf: () => ({ family: 'wanted', marks: [] }),
      identityOfExisting: ({ matches, isOther }) => ({
        family: matches && !isOther ? 'wanted' : 'other',
        marks: [],
      }),
      couldBe: (_, { matches }) => matches,
      statesIdentity: () => true,
      drift: () => ({}),
      onDrift: 'update',
      reconcile: () => Promise.resolve(undefined),
      describe: () => 'worker',
      describeExisting: () => 'another worker',
      settingsOf: () => ({}),
      settingsOfExisting: () => ({}),
      isDeclarable: () => true,
      particularsOf: () => '1 process',
      howToChoose: 'delete all but one of them',
      howToDistinguish: 'set connection',
      nameTaken: (_, refusal) => refusal,
    },
    store: {
      place: among,
      removalSpan: 0,
      mayWrite: () => {
        if (refusal !== undefined && steps.includes('0 list')) throw refusal;
      },
      list: async () => {
        note('list');
        const shown = among.filter(isShown).map(plain);
        if (steps.filter((step) => step.endsWith(' list')).length === 1) await clock.sleep(firstTakes);
        return listingOf(shown, { pages, serverTime });
      },
      find: async (id) => {
        note(`find ${id}`);
        const life = among.find((each) => each.id === id);
        if (life === undefined || removed.has(id)) return undefined;
        return clock.now() < (life.span?.there ?? Number.POSITIVE_INFINITY) ? byId(life) : undefined;
      },
      create: async () => {
        note('send');
        return send();
      },
      remove: async (id) => {
        note(`remove ${id}`);
        removed.set(id, clock.now());
        removed.set(goesToo[id] ?? id, clock.now());
      },
    },
    runtime: runtimeOn(clock, {
      checkpoint: (line, kind) => did.push([kind, line].join(' ').trim()),
      warn: (line) => warnings.push(line),
      log: (line) => log.push(line),
      timeLeft: () => deadline - clock.now(),
    }),
    onExists: (process) => exists.push(process?.id ?? 'gone'),
  };
  const { value, error } = await clock.run(endOf(createOnce('worker', world)));
  const lists = steps.filter((step) => step.endsWith(' list')).map((step) => Number(step.split(' ')[0]));
  const acts = steps.filter((step) => !step.endsWith(' list'));
  if (value?.kind === 'taken') throw value.refusal;
  return { steps, lists, acts, did, exists, log, warnings, clock, value, error };
}

test('an answered create that the first look shows alone is done, and is the process as listed', async () => {
  const listed = { ...mine, isOther: false };
  const { steps, did, exists, value } = await creating([decoy, listed]);
  expect(steps).toEqual(['0 send', '0 list']);
  expect(value).toEqual({ kind: 'created', process: listed, madeHere: true });
  expect(did).toEqual(['created worker as mine']);
  expect(exists).toEqual(['mine']);
});

test('what turns out to be where nothing may be written is removed again', async () => {
  const refusal = new Failure({ what: 'The cluster', why: 'it is a managed queue' });
  const { acts, did, error } = await creating([mine], { refusal });
  expect(error).toBe(refusal);
  expect(acts).toEqual(['0 send', '0 remove mine']);
  expect(did.at(-1)).toBe('removed mine again, which this run had created');
});

describe('lists of several pages, which show several moments', () => {
  test('that show one’s own once and not again say nothing: its id decides', async () => {
    const { acts, value } = await creating([lives(mine, { until: 1 })], { pages: 2, firstTakes: 1 });
    expect(acts).toEqual(['0 send', '251 find mine']);
    expect(value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });
  });

  test('are read twice before one counts as left', async () => {
    const { lists } = await creating([mine, older, lives(younger, { until: 100 })], { pages: 2 });
    expect(lists).toEqual([0, 0, 250, 250]);
  });
});

describe('rule 1: look until the listing shows what was made', () => {
  test('a list that does not show it says nothing, and it looks as long again when it shows it', async () => {
    const { steps, log, value } = await creating([lives(mine, { from: 700 })], { pages: 2 });
    expect(steps).toEqual(['0 send', '0 list', '250 list', '2250 list', '4250 list', '6250 list']);
    expect(value).toEqual({ kind: 'created', process: mine, madeHere: true });
    expect(log).toEqual(['The list does not show mine yet; looking until it does']);
  });

  test('where lists lag, what a run made right after it and left is seen, and the run gives way to it', async () => {
    const { acts, value } = await creating([lives(mine, { from: 1_500 }), lives(younger, { from: 2_800 })]);
    expect(acts).toContainEqual(expect.stringMatching(/remove mine$/));
    expect(value).toEqual({ kind: 'created', process: byId(younger), madeHere: false });
  });

  test('after half a minute its id decides: there, it is created, with a warning', async () => {
    const { lists, acts, value, warnings } = await creating([lives(mine, { from: 30_001 })]);
    expect(lists).toEqual([0, 250, 2250, 4250, 6250, 10250, 14250, 18250, 22250, 26250, 30000]);
    expect(acts).toEqual(['0 send', '30000 find mine']);
    expect(value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });
    expect(warnings).toEqual([
      'The list has not shown mine within 30 s, although it exists. If another run has created the worker as well, the next run finds both and fails.',
    ]);
  });

  test('a look that takes that long shows what was there before: another one is made', async () => {
    const { steps, warnings, value } = await creating(
      [lives(mine, { from: 10 }), lives(older, { from: 10 })],
      { firstTakes: 31_000 },
    );
    expect(steps.slice(0, 4)).toEqual(['0 send', '0 list', '31000 list', '31000 find older']);
    expect([value?.process.id, warnings]).toEqual(['older', []]);
  });

  test('one that was answered as another process and is gone is an error', async () => {
    const { error, exists } = await creating([lives(mine, { from: 30_001, there: 0 })], {
      sends: [created({ ...mine, isOther: true })],
    });
    expect(exists).toEqual(['mine', 'gone']);
    expect(error?.message).toBe(
      'Creating the worker: mine was created, and is gone again. Something else deletes it; let only one run manage it at a time, with a concurrency group in the workflow.',
    );
  });
});

describe('rule 2: an older rival is there', () => {
  test('one’s own is removed at once, and no other, and the rival made sure of', async () => {
    const { steps, did, exists, log, value } = await creating([mine, older]);
    expect(steps).toEqual(['0 send', '0 list', '0 find older', '0 remove mine', '0 find older']);
    expect(value).toEqual({ kind: 'created', process: byId(older), madeHere: false });
    expect(did).toEqual([
      'created worker as mine',
      'created mine beside older of another run, and is removing it again',
      'removed mine again, which this run had created, in favour of older',
    ]);
    expect(exists).toEqual(['mine', 'mine', 'older']);
    expect(log).toEqual([
      'Another run has created the same process (older), which stays; removing this run’s own mine',
    ]);
  });

  test('but not for longer than twice as long as lists lag', async () => {
    const { lists, value } = await creating([lives(mine, { from: 3_000 }), older], { removalLag: 60_000 });
    expect(lists.at(-1)).toBe(14_250);
    expect(value).toEqual({ kind: 'created', process: byId(older), madeHere: false });
  });

  test('of the second that is not over yet, a third one may be the older: it waits, and reports what is left', async () => {
    const rival = thing('bbbb', 2);
    const { steps, value } = await creating(
      [
        mine,
        ...[older, rival].map((one) => lives(one, { until: 3_000 })),
        lives(thing('aaaa', 2), { from: 800 }),
      ],
      { serverTime: Date.parse('2026-04-04T00:00:02Z') },
    );
    expect(steps.slice(0, 5)).toEqual([
      ...['0 send', '0 list', '0 find older', '1000 remove mine', '1000 list'],
    ]);
    expect(steps.at(-1)).toBe('3250 find aaaa');
    expect(value?.process.id).toBe('aaaa');
  });

  test('a rival that has become another process is none', async () => {
    const { acts, value } = await creating([mine, { ...older, now: { matches: false } }]);
    expect(acts).toEqual(['0 send', '0 find older', '0 find mine']);
    expect(value?.madeHere).toBe(true);
  });

  test('where several stay, that is an error that names them, the oldest first, once a race would be over', async () => {
    const { acts, clock, error } = await creating([mine, younger, older]);
    expect(error?.message).toBe(
      'The worker: 2 background processes match it, and parallel runs have left more than one\n- older: 1 process, created 2026-04-04 00:00 UTC\n- younger: 1 process, created 2026-04-04 00:00 UTC\nDelete all but one of them.',
    );
    expect(acts.filter((step) => step.includes('remove'))).toEqual(['0 remove mine']);
    expect(clock.now()).toBe(45_000);
  });

  test('a survivor that is gone by its id is not reported, though a list that lags shows it', async () => {
    const again = thing('again', 5);
    const { acts, value } = await creating(
      [mine, lives(older, { there: 500 }), lives(younger, { until: 700 }), lives(again, { from: 3_751 })],
      { sends: [created(mine), created(again)] },
    );
    expect(acts).toEqual(['0 send', '0 find older', '0 remove mine', '2250 find older', '5250 find again']);
    expect(value).toEqual({ kind: 'created', process: byId(again), madeHere: false });
  });
});

test('rule 3: the oldest waits until the younger ones have left, makes sure of its own, and says so once', async () => {
  const later = [youngest, younger].map((one) => lives(one, { until: 1_000 }));
  const { steps, lists, log, value } = await creating([mine, ...later]);
  expect(lists).toEqual([0, 250, 2250]);
  expect(steps.at(-1)).toBe('2250 find mine');
  expect(value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });
  expect(log).toEqual(['Another run has created the same process (younger, youngest); it should give way']);
});

test('rule 4: a rival that is there still will not leave, so one’s own goes, though it is the older', async () => {
  const { acts, lists, value } = await creating([mine, younger]);
  expect(lists).toEqual([0, 250, 2250, 4250, 6250, 10250, 14250, 18250, 22250, 26250, 30000]);
  expect(acts).toEqual(['0 send', '30000 find younger', '30000 remove mine', '30000 find younger']);
  expect(value).toEqual({ kind: 'created', process: byId(younger), madeHere: false });
});

test('rule 5: several that are there still are an error that names them and one’s own, and nothing is removed', async () => {
  const { acts, clock, error } = await creating([mine, younger, youngest]);
  expect(error?.message).toMatch(/3 background processes match it.*- mine: .*- younger: .*- youngest: /s);
  expect(acts).toEqual(['0 send']);
  expect(clock.now()).toBe(45_000);
});

test('what is not understood is a doubt after an answer that was lost: nothing is sent again', async () => {
  const odd = ['odd', 'queer'].map((id) => thing(id, null, { doubt: 'it is odd' }));
  const later = odd.map((one) => lives(one, { from: 3_000 }));
  const { acts, error, did } = await creating(later, { sends: [lost] });
  expect(acts).toEqual(['0 send']);
  expect(error?.message).toBe(
    'Creating the worker: there is now odd (it is odd), and queer (it is odd); it may be the same process. Check the process in the dashboard, and delete it if nobody needs it.',
  );
  expect(did).toEqual(['unknown whether the worker was created (a reset)']);
});

describe('when all gave way to each other', () => {
  const again = thing('again', 5);
  const giveWay = { sends: [created(mine), created(again)], goesToo: { mine: 'older' } } as const;

  test('it begins anew, a little later, and looks first', async () => {
    const { steps, log, exists, value } = await creating(
      [mine, older, lives(again, { from: 3_001 })],
      giveWay,
    );
    expect(steps).toEqual([
      '0 send',
      '0 list',
      '0 find older',
      '0 remove mine',
      '0 find older',
      '3000 list',
      '3000 send',
      '3000 list',
      '3250 list',
      '5250 list',
    ]);
    expect(value).toEqual({ kind: 'created', process: again, madeHere: true });
    expect(log.at(1)).toBe('Parallel runs each removed their own worker and none is left; starting over');
    expect(exists).toEqual(['mine', 'mine', 'older', 'gone', 'again']);
  });

  test('it gives up after three rounds', async () => {
    const round = (number: number, from: number): Life[] => [
      lives(thing(`mine ${number}`, 5), { from }),
      lives(thing(`rival ${number}`, 1), { from }),
    ];
    const { acts, clock, error } = await creating([...round(1, 0), ...round(2, 3_001), ...round(3, 6_251)], {
      sends: [created(thing('mine 1', 5)), created(thing('mine 2', 5)), created(thing('mine 3', 5))],
      goesToo: { 'mine 1': 'rival 1', 'mine 2': 'rival 2', 'mine 3': 'rival 3' },
    });
    expect(acts.filter((step) => !step.includes('find'))).toEqual([
      ...['0 send', '0 remove mine 1', '3000 send', '3250 remove mine 2', '6250 send', '6500 remove mine 3'],
    ]);
    expect(clock.now()).toBe(9_500);
    expect(error?.message).toBe(
      'Creating the worker: other runs that create the same process kept getting in the way, and after 3 rounds none exists. Let only one run do this at a time, with a concurrency group in the workflow.',
    );
  });
});

describe('a create whose answer was lost', () => {
  test('is watched for until nothing can come of it any more, and what is alone then is adopted', async () => {
    const { lists, acts, did, exists, log, value } = await creating([decoy, lives(mine, { from: 100 })], {
      sends: [lost],
    });
    expect(lists).toEqual([20000]);
    expect(acts).toEqual(['0 send', '20000 find mine']);
    expect(value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });
    expect(did).toEqual(['unknown whether the worker was created (a reset)', 'mine exists: the worker']);
    expect(exists).toEqual(['mine']);
    expect(log).toEqual([
      'No usable response to the create request (a reset); looking whether the worker has appeared',
      'Found mine, which has appeared since',
    ]);
  });

  test('is not sent again when another has appeared beside what is gone by its id', async () => {
    const { acts } = await creating([lives(older, { there: 0 }), lives(mine, { from: 20_001 })], {
      ...{ sends: [lost, created(mine)], firstTakes: 1 },
    });
    expect(acts).toEqual(['0 send', '20001 find older', '20001 find mine']);
  });

  test('may take effect after it was sent again: that is looked for, and made sure of one’s own', async () => {
    const { lists, acts, did, value } = await creating([lives(mine, { from: 20_500 })], {
      sends: [lost, created(mine)],
    });
    expect(lists.at(-1)).toBe(52000);
    expect(acts).toEqual(['0 send', '20000 send', '52000 find mine']);
    expect(value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });
    expect(did.at(-1)).toBe(
      'created worker as mine; an earlier request, whose response was lost, may have created another',
    );
  });

  test('and that shows late is a rival that does not leave: one’s own goes', async () => {
    const { acts, value } = await creating(
      [lives(mine, { from: 20_500 }), lives(younger, { from: 30_000 })],
      { sends: [lost, created(mine)] },
    );
    expect(acts.slice(2)).toEqual(['52000 find younger', '52000 remove mine', '52000 find younger']);
    expect(value).toEqual({ kind: 'created', process: byId(younger), madeHere: false });
  });

  test('and whose second answer was lost, too, is not adopted before the second had as much time', async () => {
    const late = await creating([lives(mine, { from: 28_000 })], { sends: [lost] });
    expect(late.acts).toEqual(['0 send', '20000 send', '40000 find mine', '60000 find mine']);
    expect(late.value).toEqual({ kind: 'created', process: byId(mine), madeHere: true });

    const both = [lives(mine, { from: 28_000 }), lives(younger, { from: 48_000 })];
    const { acts, error } = await creating(both, { sends: [lost] });
    expect(acts.filter((act) => act.endsWith('send'))).toEqual(['0 send', '20000 send']);
    expect(error?.message).toMatch(
      /2 background processes match it, and the response to this run’s own request was lost.*mine.*younger/s,
    );
  });

  test('is sent three times at most', async () => {
    const { acts, clock, did, error, log } = await creating([], { sends: [lost] });
    expect(acts).toEqual(['0 send', '20000 send', '40000 send']);
    expect(log.filter((line) => line.startsWith('It has not appeared'))).toHaveLength(2);
    expect(clock.now()).toBe(60000);
    expect(error?.message).toBe(
      'Creating the worker: no usable response came (a reset; sent 3 times), and the list shows no such process. It may still appear. Run the job again in some minutes: it looks before it creates.',
    );
    expect(did.at(-1)).toBe('');
    expect(error?.headline).toBe('Not created: worker (a reset)');
  });

  test('is not sent again when that time ends after the deadline, but looked for', async () => {
    const asked: CreateResult<Thing> = {
      ...{ kind: 'lost', cause: 'the service answered 503' },
      retryAfter: 7_200_000,
    };
    const { acts, lists, error } = await creating([], { sends: [asked], deadline: 240_000 });
    expect([acts, lists]).toEqual([['0 send'], [20_000]]);
    expect(error?.message).toBe(
      'Creating the worker: no usable response came (the service answered 503 and asks to wait 2 hours), and the list shows no such process. It may still appear. Run the job again in some minutes: it looks before it creates.',
    );
    const found = await creating([mine], { sends: [asked], deadline: 240_000 });
    expect(found.value?.process).toEqual(byId(mine));
  });

  test('is reported with what the service has answered', async () => {
    const refused = { kind: 'lost', cause: 'The service answered 500' } as const;
    const { log, error } = await creating([], { sends: [refused, lost, refused] });
    expect(error?.headline).toBe('Not created: worker (The service answered 500; a reset)');
    expect(error?.why).toContain('(The service answered 500; a reset; sent 3 times), and');
    expect(log[0]).toBe(
      'No usable response to the create request (The service answered 500); looking whether the worker has appeared',
    );
  });
});
