import { describe, expect, test } from 'vitest';
import {
  describeExits,
  eventsIn,
  type JudgedTime,
  judge,
  type LogEntry,
  printedIn,
  type WatchedProcess,
  watchedName,
  watchedOf,
} from '../../src/cloud/environment-log.ts';
import { instanceFrom } from '../../src/cloud/instances.ts';
import { existing } from '../support/processes.ts';
import { horizon } from '../support/watched.ts';

const start = Date.parse('2026-04-09T14:02:40Z');

interface Line {
  readonly msg: string;
  /** Milliseconds after the start. */
  readonly at: number;
  readonly cmd?: string;
  readonly cluster?: string;
  readonly level?: string;
}

/** An entry in the recorded shape. */
function entry({
  msg,
  at,
  cmd = 'php artisan horizon',
  cluster = '[Deploy: 3] Workers cluster',
  level = 'INFO',
}: Line): LogEntry {
  const time = new Date(start + at).toISOString().replace('Z', '860332Z');
  return {
    type: 'system',
    message: JSON.stringify({ time, level, msg: `${cmd} ${msg}`, cluster, cmd }),
    loggedAt: Math.floor((start + at) / 1000) * 1000,
  };
}

const exit = (at: number, code = 1, more: Partial<Line> = {}): LogEntry =>
  entry({ msg: `process exited with exitCode ${code}...`, at, ...more });
const began = (at: number, more: Partial<Line> = {}): LogEntry => entry({ msg: 'starting...', at, ...more });
const shutDown = (at: number, more: Partial<Line> = {}): LogEntry =>
  entry({ msg: 'process shut down...', at, ...more });

const past: JudgedTime = { from: start, to: start + 60_000, kind: 'past' };
const afterDeployment: JudgedTime = { ...past, kind: 'after-deployment' };

function statusOf(
  entries: readonly LogEntry[],
  watched: Partial<WatchedProcess> = {},
  time = past,
): string | undefined {
  return judge([{ ...horizon, ...watched }], eventsIn(entries), time)[0]?.status;
}

/** What a crash looks like: recorded every 0.6 s. */
const crash = (at: number, code = 1, more: Partial<Line> = {}): LogEntry[] => [
  exit(at, code, more),
  shutDown(at + 60, more),
  began(at + 50, more),
];
const loop = Array.from({ length: 14 }, (_, index) => crash(index * 600)).flat();

describe('lines of the log', () => {
  test('are understood in the recorded shape, to the millisecond, and put in order', () => {
    const cluster = '[Deploy: 13] Workers cluster';
    expect(eventsIn([began(450), exit(337, 1, { cluster }), shutDown(400)])).toEqual([
      {
        kind: 'exited',
        command: 'php artisan horizon',
        cluster: 'Workers cluster',
        deploy: 13,
        code: 1,
        at: start + 337,
      },
      expect.objectContaining({ kind: 'stopped', code: undefined }),
      expect.objectContaining({ kind: 'started', at: start + 450 }),
    ]);
  });

  test.each<[string, object | string, string?]>([
    ['a visit', {}, 'access'],
    ['broken JSON', '{"cmd":'],
    ['a list', '[]'],
    ['a word in another place', { msg: 'a starting up' }],
    ['no cluster', { cluster: undefined }],
    ['no time', { time: 'soon' }],
    ['other words', { msg: 'a is fine' }],
  ])('are passed over where they report nothing of a process: %s', (_, odd, type = 'system') => {
    const whole = { cmd: 'a', msg: 'a starting...', cluster: 'App', time: '2026-04-09' };
    const message = typeof odd === 'string' ? odd : JSON.stringify({ ...whole, ...odd });
    expect(eventsIn([{ type, message, loggedAt: undefined }])).toEqual([]);
  });

  test.each([
    ['no time', undefined],
    ['a number as time', 1_775_743_366],
  ])('have the time of their entry where they hold %s', (_, time) => {
    const lines = [exit(0), exit(2_000)].map((line) => ({
      ...line,
      message: JSON.stringify({ ...JSON.parse(line.message), time }),
    }));
    expect(eventsIn(lines)).toMatchObject([{ at: start }, { at: start + 2_000 }]);
    expect(statusOf(lines)).toBe('restarting');
  });

  test('are not confused by a command that holds their words', () => {
    const cmd = 'echo process exited with exitCode 1... && sleep 9 starting...';
    expect(eventsIn([shutDown(0, { cmd })])).toMatchObject([{ kind: 'stopped' }]);
    expect(eventsIn([began(0, { cmd: 'echo process shut down...; a' })])).toMatchObject([
      { kind: 'started' },
    ]);
    expect(statusOf([began(0, { cmd })], { command: cmd })).toBe('up');
  });

  test('give what processes have printed, in order and without empty lines', () => {
    const printed = (text: string, loggedAt: number): LogEntry => ({
      type: 'system',
      message: JSON.stringify({ text }),
      loggedAt,
    });
    const exception = { type: 'exception', message: 'RedisException', loggedAt: 1 };
    const access = { type: 'access', message: '{"text":"GET /"}', loggedAt: 1 };
    expect(
      printedIn([printed('  Connection refused  ', 2), exception, access, printed(' ', 0), exit(0)]),
    ).toEqual(['RedisException', '  Connection refused  ']);
  });
});

describe('a process', () => {
  test('that exits more often than it has copies is restarting: one copy has exited twice', () => {
    expect(statusOf(loop)).toBe('restarting');
    expect(statusOf(crash(0))).toBe('up');
    expect(statusOf([...crash(0), ...crash(600)])).toBe('restarting');
    expect(statusOf([...crash(0), ...crash(600)], { copies: 2 })).toBe('up');
    expect(statusOf([...crash(0), ...crash(600), ...crash(700)], { copies: 2 })).toBe('restarting');
  });

  test('that has exited is down where its only copy is not started again for ten seconds', () => {
    const single = { isSingle: true };
    expect(statusOf([exit(0)], single, { ...past, to: start + 10_000 })).toBe('restarting');
    expect(statusOf([exit(0)], single, { ...past, to: start + 9_999 })).toBe('up');
    expect(statusOf([exit(0), began(50)], single)).toBe('up');
    expect(statusOf([exit(0), began(0)], single)).toBe('up');
    expect(statusOf([began(0), exit(50)], single)).toBe('restarting');
    expect(statusOf([exit(0), shutDown(50)], single)).toBe('restarting');
    expect(statusOf([exit(0)])).toBe('up');
  });

  test('that exits with 0 is no better, unless it recycles itself', () => {
    const ends = [...crash(0, 0), ...crash(600, 0), ...crash(1_200, 0)];
    expect(statusOf(ends)).toBe('restarting');
    expect(statusOf(ends, { recycles: true })).toBe('up');
    expect(statusOf(loop, { recycles: true })).toBe('restarting');
  });

  test.each([
    ['of another command', { cmd: 'php artisan queue:work' }],
    ['of a longer command', { cmd: 'php artisan horizon --environment=x' }],
    ['on another cluster', { cluster: '[Deploy: 3] App cluster' }],
    ['of the deployment before', { cluster: '[Deploy: 2] Workers cluster' }],
  ])('has nothing to do with exits %s', (_, more) => {
    const others = [...crash(0, 1, more), ...crash(600, 1, more), ...crash(1_200, 1, more)];
    expect(statusOf([...others, began(2_000)])).toBe('up');
  });

  test.each(['Workers', 'Workers cluster', '[Deploy: 7] Workers', '[Deploy: 12] Workers cluster'])(
    'is found on its cluster however the log writes it: %s',
    (cluster) => {
      expect(statusOf([...crash(0, 1, { cluster }), ...crash(600, 1, { cluster })])).toBe('restarting');
    },
  );

  test('is found though white space differs, and judged only by what is in the time', () => {
    expect(statusOf(loop, { command: ' php  artisan\thorizon ' })).toBe('restarting');
    expect(statusOf(loop, {}, { ...past, from: start + 20_000 })).toBe('up');
  });

  test('with an error in other words is unknown, unless it is restarting all the same', () => {
    const killed = (at: number, level?: string) =>
      entry({ msg: 'was killed by signal 9', at, ...(level === undefined ? {} : { level }) });
    expect(judge([horizon], eventsIn([began(0), killed(5, 'ERROR')]), afterDeployment)).toMatchObject([
      { status: 'unknown', why: 'the log has an error about it in words that are not known' },
    ]);
    expect(statusOf([killed(5, 'error')])).toBe('unknown');
    expect(statusOf([killed(5, 'INFO'), killed(6)])).toBe('up');
    expect(statusOf([killed(5, 'ERROR')], {}, { ...past, from: start + 6 })).toBe('up');
    const settled = { ...afterDeployment, from: start + 6 };
    expect(statusOf([began(0), killed(5, 'ERROR')], {}, settled)).toBe('up');
    expect(statusOf([killed(5, 'ERROR')], {}, settled)).toBe('unknown');
    expect(statusOf([...loop, killed(5, 'ERROR')])).toBe('restarting');
  });

  test('without a line is up in the past, and unknown after a deployment', () => {
    expect(statusOf([])).toBe('up');
    expect(judge([horizon], [], afterDeployment)).toMatchObject([
      { status: 'unknown', why: 'the log has no line of it since the deployment' },
    ]);
    expect(statusOf([began(0)], {}, afterDeployment)).toBe('up');
    expect(statusOf([shutDown(0)], {}, afterDeployment)).toBe('unknown');
  });

  test('of which the log has only the end of the deployment before is unknown, but up where one copy is left', () => {
    const settled = { ...afterDeployment, from: start + 10_000 };
    expect(statusOf([shutDown(0), exit(10)], {}, settled)).toBe('unknown');
    expect(statusOf([began(0), exit(10), shutDown(13)], {}, settled)).toBe('unknown');
    const one = [began(0), began(10), exit(20_000), shutDown(20_003)];
    expect(statusOf(one, { copies: 2 }, afterDeployment)).toBe('up');
  });

  test('of which the command or the cluster is not known is unknown', () => {
    for (const unknown of [{ command: null }, { cluster: undefined }]) {
      const process = { ...horizon, ...unknown };
      expect(judge([process], eventsIn(loop), past)).toEqual([
        {
          process,
          status: 'unknown',
          ...{ exits: [], isBack: false, downFor: undefined },
          why: 'Laravel Cloud does not report its command or its cluster',
        },
      ]);
    }
  });

  test('shares its exits, and its new starts, with one of the same command on the same cluster', () => {
    const statuses = (entries: LogEntry[], given: Partial<WatchedProcess> = {}) => {
      const twins = ['process-1', 'process-2'].map((id) => ({ ...horizon, ...given, id }));
      return judge(twins, eventsIn(entries), past).map(({ status }) => status);
    };
    expect(statuses([...crash(0), ...crash(600)])).toEqual(['up', 'up']);
    expect(statuses([...crash(0), ...crash(600), ...crash(1_200)])).toEqual(['restarting', 'restarting']);
    expect(statuses([exit(0)], { isSingle: true })).toEqual(['up', 'up']);
  });

  test.each([
    ['of another command', { command: 'php artisan about' }],
    ['of an unknown command', { command: null }],
    ['on another cluster', { cluster: 'App' }],
  ])('shares its exits with none %s', (_, other) => {
    const entries = eventsIn([...crash(0), ...crash(600)]);
    const [health] = judge([horizon, { ...horizon, ...other, id: 'process-2' }], entries, past);
    expect(health?.status).toBe('restarting');
  });

  test.each<[LogEntry[], Partial<WatchedProcess>, string]>([
    [loop, {}, 'exited 14 times in 8 s with code 1'],
    [[exit(0, 137)], { isSingle: true }, 'exited once with code 137, and was not started again for 60 s'],
    [[1, 2, 3, 4, 5, 6].map((code) => exit(code, code)), {}, 'exited 6 times in 1 s with code 1, 2, 3, 4, 5'],
  ])(
    'is described with how often it exited, in what time and with which codes: %#',
    (entries, given, told) => {
      const described = judge([{ ...horizon, ...given }], eventsIn(entries), past).map(describeExits);
      expect(described).toEqual([`"php artisan horizon" on Workers ${told}`]);
    },
  );

  test('of which the command or the cluster is not known is named by what is known', () => {
    expect(watchedName({ ...horizon, command: null, cluster: undefined })).toBe('process-1 on its cluster');
  });
});

describe('a process that is there', () => {
  const fixed = { name: 'Workers', minReplicas: 1, maxReplicas: 1, sleeps: false };
  const watchedIn = (
    process: Parameters<typeof existing>[0] | object = {},
    instance: object | null = {},
    hibernates = false,
  ) => {
    const unset = instanceFrom({ id: 'inst-1', attributes: undefined, relationships: undefined });
    const on = instance === null ? undefined : { ...unset, ...fixed, ...instance };
    return watchedOf(existing({ id: 'process-1', ...process }), on, { hibernates });
  };

  test('is looked for by its command and its cluster', () => {
    expect(watchedIn()).toEqual({
      id: 'process-1',
      command: 'php artisan queue:work --quiet',
      cluster: 'Workers',
      copies: 1,
      isSingle: true,
      recycles: false,
      bornAt: Date.parse(String(existing({ id: '' }).createdAt)),
    });
  });

  test.each([
    ['both', { processes: 3 }, { minReplicas: 2, maxReplicas: 2 }, false, 6],
    ['replicas that scale to none', {}, { minReplicas: 0 }, false, 1],
    ['a cluster that sleeps', {}, { sleeps: true }, false, 1],
    ['an environment that hibernates', {}, {}, true, 1],
    ['no number of it', { processes: null }, {}, false, 10],
    ['no number of replicas', {}, { maxReplicas: undefined }, false, 10],
    ['no known cluster', { processes: 2 }, null, false, 20],
  ])('with %s is no single copy', (_, process, instance, hibernates, copies) => {
    expect(watchedIn(process, instance, hibernates)).toMatchObject({ copies, isSingle: false });
  });

  test.each([
    [{ command: 'php artisan queue:work --max-time 60' }, true],
    [{ command: 'php artisan queue:work --max-timeouts=3' }, false],
    [{ config: { 'max-jobs': 10 } }, true],
    [{ config: { 'max-time': 60 } }, true],
    [{ config: { 'max-jobs': null, 'max-time': null } }, false],
    [{ command: null }, false],
  ])('recycles itself where it is declared to: %j', (process, recycles) => {
    expect(watchedIn(process).recycles).toBe(recycles);
  });
});
