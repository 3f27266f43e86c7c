import { describe, expect, test } from 'vitest';
import { deploy, followOn } from '../../src/cloud/deploy.ts';
import {
  beganAfter,
  type Deployment,
  livenessOf,
  readDeployments,
  waitForCommit,
} from '../../src/cloud/deployments.ts';
import { hasEnded } from '../../src/cloud/started-work.ts';
import { Deadline } from '../../src/time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { failureOf, json, networkError, type Reply, scriptedClient } from '../support/test-client.ts';

const midnight = Date.UTC(2026, 3, 4);
const span = 900_000;

/** A deployment that somebody else starts. All times are in milliseconds. */
interface Other {
  readonly at?: number;
  /** How it ends, and after what time. */
  readonly ends?: string;
  readonly takes?: number;
  readonly commit?: string;
  /** From when on the list shows it. */
  readonly shownAfter?: number;
  /** It keeps no other deployment from starting. */
  readonly isStuck?: boolean;
}

/** An answer to a request to deploy, instead of the usual one. */
interface Answer {
  readonly reply: Reply;
  /** A deployment that has started all the same. */
  readonly started?: Other;
}

interface World {
  readonly others?: readonly Other[];
  readonly answers?: readonly Answer[];
  readonly hasOddEntries?: boolean;
  /** How much later the list shows the end of a deployment. */
  readonly listsLag?: number;
}

/** An environment that is deployed, one after the other, each for half a minute. */
function openEnvironment({ others = [], answers = [], hasOddEntries = false, listsLag = 0 }: World) {
  const { client, clock, transport } = scriptedClient([], { deadline: 3_600_000, random: seededRandom(7) });
  const made: (Other & { readonly id: string; readonly startedAt: number; readonly endsAt: number })[] = [];
  const script = [...answers];
  const start = (other: Other = {}) => {
    const startedAt = clock.now();
    const endsAt = startedAt + (other.takes ?? 30_000);
    const one = { ...other, id: `depl-${made.length + 1}`, startedAt, endsAt };
    made.push(one);
    return one;
  };
  for (const other of others)
    if (other.at === undefined) start(other);
    else void clock.sleep(other.at).then(() => start(other));
  const resource = (
    { id, startedAt, endsAt, ends = 'deployment.succeeded', commit }: ReturnType<typeof start>,
    lag = 0,
  ) => ({
    id,
    type: 'deployments',
    attributes: {
      status: clock.now() < endsAt + lag ? 'build.running' : ends,
      started_at: new Date(Math.floor((midnight + startedAt) / 1000) * 1000).toISOString(),
      commit_hash: commit ?? null,
      failure_reason: ends === 'build.failed' ? 'npm run build exited with 1' : null,
    },
  });
  const times: number[] = [];
  transport.answer = async ({ method, url }) => {
    await clock.sleep(100);
    times.push(clock.now());
    const date = { date: new Date(midnight + clock.now()).toUTCString() };
    if (method === 'POST') {
      const answer = script.shift();
      if (answer?.started !== undefined) start(answer.started);
      if (answer !== undefined) return answer.reply;
      const isBusy = made.some((one) => clock.now() < one.endsAt && one.isStuck !== true);
      if (isBusy) return json(422, { message: 'A deployment is already in progress.' }, date);
      return json(201, { data: resource(start()) }, date);
    }
    const asked = made.find(({ id }) => url.pathname.endsWith(`/deployments/${id}`));
    if (asked !== undefined) return json(200, { data: resource(asked) }, date);
    const listed = made.filter(({ startedAt, shownAfter = 0 }) => startedAt + shownAfter <= clock.now());
    const odd = hasOddEntries ? [{ id: 7 }, null, { id: 'depl-x', attributes: { status: 7 } }] : [];
    return json(200, { data: [...odd, ...listed.map((one) => resource(one, listsLag)).reverse()] }, date);
  };
  const followed: string[] = [];
  const lines: string[] = [];
  const done: string[] = [];
  const following = {
    clock,
    random: seededRandom(made.length),
    cancelled: new AbortController().signal,
    deadline: new Deadline(clock, span),
    log: (line: string) => lines.push(line),
    did: (line: string, kind?: string) => done.push(`${kind}: ${line}`),
    onFollow: (id: string) => followed.push(id),
  };
  /** As a step that has just changed something. */
  const deployChange = async (): Promise<Deployment> => {
    const { deployments, at = 0 } = await readDeployments(client, 'env-1');
    const known = new Set(deployments.map(({ id }) => id));
    return await deploy(client, 'env-1', {
      ...following,
      seen: deployments,
      carries: (one) => !known.has(one.id) && beganAfter(one, at),
    });
  };
  return { client, clock, transport, made, deployChange, following, followed, lines, done, times };
}

const running: Deployment = {
  ...{ id: 'depl-1', status: 'build.running', failureReason: undefined, commit: undefined },
  ...{ startedAt: undefined, finishedAt: undefined },
};

/** Listed newest first; each begins a minute before the one listed before it. */
function listed(...statuses: readonly string[]): Deployment[] {
  return statuses.map((status, index) => {
    const number = statuses.length - index;
    return { ...running, id: `depl-${number}`, status, startedAt: number * 60_000 };
  });
}

describe('a change', () => {
  test('is carried by a deployment that somebody else has started after it', async () => {
    const { clock, made, deployChange, followed, lines, transport } = openEnvironment({
      others: [{ takes: 10_000 }, { at: 10_000, takes: 50_000 }],
    });
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-2' });
    expect(made).toHaveLength(2);
    expect(followed).toEqual(['depl-2']);
    expect(lines).toEqual([
      'Waiting for deployment depl-1, which began before the change (build.running)',
      'Deployment depl-1: deployment.succeeded',
      expect.stringMatching(/^Deployment depl-2: still build.running after 3\d s$/),
      'Deployment depl-2: deployment.succeeded',
    ]);
    expect(new Set(transport.asked)).toEqual(
      new Set([
        'GET /api/environments/env-1/deployments',
        'GET /api/deployments/depl-1',
        'GET /api/deployments/depl-2',
      ]),
    );
  });

  const first = { takes: 10_000 };
  const failed = { at: 10_000, takes: 1, ends: 'deployment.failed' };
  const stuck = { takes: Number.MAX_SAFE_INTEGER, isStuck: true };

  test.each<[string, World, string]>([
    ['is carried by a later one that is over', { others: [first, { at: 10_000, takes: 1 }] }, 'depl-2'],
    ['is deployed after a later one that has failed', { others: [first, failed] }, 'depl-3'],
    ['is deployed where the list shows ends late', { others: [first], listsLag: 60_000 }, 'depl-2'],
    ['is deployed where entries of the list are not understood', { hasOddEntries: true }, 'depl-1'],
    ['waits for none that is older than a success', { others: [stuck, { takes: 0 }] }, 'depl-3'],
  ])('%s', async (_, world, id) => {
    const { clock, made, deployChange, followed, times } = openEnvironment(world);
    expect(await clock.run(deployChange())).toMatchObject({ id, status: 'deployment.succeeded' });
    expect([made.at(-1)?.id, followed]).toEqual([id, [id]]);
    expect(times.length).toBeLessThan(20);
  });
});

describe('a request to deploy', () => {
  const lost: Answer = { reply: networkError('ECONNRESET') };
  const refused = (status: number, errors = {}): Answer => ({
    reply: json(status, { message: 'No.', errors }),
  });
  const lines = {
    lost: expect.stringMatching(
      /^The response to the deployment request was lost \(.+\); looking whether it took effect$/,
    ),
    again: 'No deployment has started; sending the request again',
    started: 'Deployment depl-1 has started',
    ended: 'Deployment depl-1: deployment.succeeded',
    late: 'Another deployment got in first',
  };
  const sent =
    'going: sent the request for a deployment, and its response was lost: look in Laravel Cloud whether it runs';
  const going = 'going: started deployment depl-1, which goes on in Laravel Cloud';
  const onlyId = json(201, { data: { id: 'depl-1', type: 'deployments' } });

  test.each<[string, Answer[], string[], string[]]>([
    [
      'is answered with nothing but an id',
      [{ reply: onlyId, started: { shownAfter: 60_000 } }],
      [lines.started, 'Deployment depl-1: build.running', lines.ended],
      [going],
    ],
    [
      'is not sent again where its answer is lost and a deployment has started',
      [{ ...lost, started: {} }],
      [lines.lost, lines.started, lines.ended],
      [sent, going],
    ],
    [
      'is sent again where its answer is lost and none has started',
      [lost, lost],
      [lines.lost, lines.again, lines.lost, lines.again, lines.started, lines.ended],
      [sent, sent, going],
    ],
    [
      'is refused with a 409 since another deployment has begun',
      [{ ...refused(409), started: {} }],
      [lines.late, lines.ended],
      [],
    ],
    [
      'is refused since another deployment has begun, which has ended when the list shows it',
      [{ ...refused(422), started: { shownAfter: 3_000, takes: 1_000 } }],
      [lines.late],
      [],
    ],
  ])('that %s ends with one deployment', async (_, answers, said, done) => {
    const environment = openEnvironment({ answers });
    expect(await environment.clock.run(environment.deployChange())).toMatchObject({ id: 'depl-1' });
    expect(environment.made).toHaveLength(1);
    expect(environment.followed).toEqual(['depl-1']);
    expect(environment.lines).toEqual(said);
    expect(environment.done).toEqual(done);
  });

  test.each<[string, Answer[], { requests: number; span: [number, number] }]>([
    ['whose answer is lost three times', [lost, lost, lost], { requests: 23, span: [60_000, 63_000] }],
    ['that is refused with a 403', [refused(403)], { requests: 2, span: [0, 300] }],
    ['that is refused, and nothing runs', [refused(409)], { requests: 9, span: [20_000, 22_000] }],
    ['that is refused for a field', [refused(422, { branch: ['is gone'] })], { requests: 3, span: [0, 300] }],
  ])('%s fails', async (_, answers, { requests, span: [least, most] }) => {
    const { clock, deployChange, times } = openEnvironment({ answers });
    expect(await clock.run(failureOf(deployChange()))).toMatchObject({ what: 'Starting a deployment' });
    expect(times).toHaveLength(requests);
    expect(clock.now()).toBeGreaterThanOrEqual(least);
    expect(clock.now()).toBeLessThanOrEqual(most);
  });

  test('whose answer is lost is looked for no longer than the deadline allows', async () => {
    const { clock, client, following, times } = openEnvironment({ answers: [lost, lost, lost] });
    const context = { ...following, deadline: new Deadline(clock, 1_600), seen: [], carries: () => false };
    await clock.run(failureOf(deploy(client, 'env-1', context)));
    expect(times).toEqual([100, 200, 1_566, 1_700]);
  });
});

const cancelled = { ends: 'cancelled', takes: 10_000 };
const byHand = { at: 10_001, ends: 'cancelled', takes: 0 };

test.each<[string, Other[], string, string?]>([
  ['fails', [{ ends: 'build.failed', takes: 10_000 }], 'depl-1', 'build.failed'],
  ['is cancelled without a newer one', [cancelled], 'depl-1', 'cancelled'],
  [
    'is cancelled, and the list does not hold it',
    [{ ...cancelled, shownAfter: Infinity }, { at: 1 }],
    'depl-1',
    'cancelled',
  ],
  ['leads to the newest', [cancelled, { ...byHand, at: 10_000, takes: 1 }, { at: 10_001 }], 'depl-3'],
  ['leads to one that runs, not to one cancelled by hand', [cancelled, { at: 10_000 }, byHand], 'depl-2'],
  [
    'leads to one that has failed, not to one cancelled by hand',
    [cancelled, { at: 10_000, ends: 'build.failed', takes: 0 }, byHand],
    'depl-2',
    'build.failed',
  ],
  [
    'leads to the one that carries the change, though the newest has failed',
    [cancelled, { at: 10_000, takes: 0 }, { at: 10_001, ends: 'build.failed', takes: 0 }],
    'depl-2',
  ],
  ['leads to one that the list shows later', [cancelled, { at: 10_000, shownAfter: 8_000 }], 'depl-2'],
])('a deployment that is followed %s', async (_, others, id, status = 'deployment.succeeded') => {
  const { client, clock, following, followed, lines } = openEnvironment({ others });
  expect(await clock.run(followOn(client, 'env-1', running, following))).toMatchObject({ id, status });
  expect(followed).toEqual(id === 'depl-1' ? [id] : ['depl-1', id]);
  expect(lines.filter((line) => line.includes('was cancelled'))).toEqual(
    id === 'depl-1' ? [] : [`Deployment depl-1 was cancelled, since ${id} has begun; following that one`],
  );
});

test('a deployment that has ended is not read again', async () => {
  const { client, clock, following, times } = openEnvironment({});
  const ended = { ...running, status: 'build.failed' };
  expect(await clock.run(followOn(client, 'env-1', ended, following))).toBe(ended);
  expect(times).toEqual([]);
});

describe('the deployment of a commit', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const what = 'The deployment of commit 0123456';
  const wait = ({ client, following }: ReturnType<typeof openEnvironment>, sha = commit) =>
    waitForCommit(client, 'env-1', sha, following);

  test('is waited for, also where it is not there yet', async () => {
    const environment = openEnvironment({
      others: [{ takes: 1_000, commit: 'another' }, { at: 2_000 }, { at: 40_000, commit }],
    });
    await environment.clock.run(wait(environment));
    expect(environment.clock.now()).toBeGreaterThanOrEqual(70_000);
    expect(environment.lines).toEqual([
      `${what}: not there`,
      expect.stringMatching(/^The deployment of commit 0123456: still not there after 3\d s$/),
      `${what}: build.running (depl-3)`,
      expect.stringMatching(/^The deployment of commit 0123456: still build.running \(depl-3\) after 6\d s$/),
      `${what}: deployment.succeeded (depl-3)`,
    ]);
  });

  test.each([
    ['in other letters', commit.toUpperCase(), commit],
    ['by its first digits', '0123456789a', commit],
    ['which Laravel Cloud has in other letters', commit, commit.toUpperCase()],
  ])('is found %s', async (_, sha, shown) => {
    const environment = openEnvironment({ others: [{ takes: 1_000, commit: shown }] });
    expect(await environment.clock.run(wait(environment, sha))).toMatchObject({
      deployments: [{ id: 'depl-1', commit: shown }],
      at: midnight + Math.floor(environment.clock.now() / 1_000) * 1_000,
    });
  });

  const failed = { ends: 'build.failed', takes: 0, commit };

  test.each<[string, Other[], number]>([
    [
      'a newer one has succeeded',
      [
        { ends: 'cancelled', takes: 1_000, commit },
        { at: 1_000, takes: 10_000 },
      ],
      11_000,
    ],
    ['a second one of the same commit has failed', [{ takes: 0, commit }, failed], 100],
    [
      'it was cancelled by a newer one, which the list shows a second later',
      [
        { ends: 'cancelled', takes: 0, commit },
        { takes: 10_000, shownAfter: 1_000 },
      ],
      10_000,
    ],
  ])('has been there where %s', async (_, others, from) => {
    const environment = openEnvironment({ others });
    await environment.clock.run(wait(environment));
    expect(environment.clock.now()).toBeGreaterThanOrEqual(from);
    expect(environment.clock.now()).toBeLessThan(from + 6_000);
  });

  test.each<[Other[], string]>([
    [[failed], 'depl-1 ended as build.failed: npm run build exited with 1'],
    [[{ ...failed, ends: 'failed', takes: 1_000 }], 'depl-1 ended as failed'],
    [[{ ...failed, ends: 'cancelled' }], 'depl-1 ended as cancelled'],
    // One of another commit has replaced the first one.
    [
      [{ takes: 0, commit }, { takes: 0 }, failed],
      'depl-3 ended as build.failed: npm run build exited with 1',
    ],
  ])('fails the step where that failed: %j', async (others, why) => {
    const environment = openEnvironment({ others });
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      ...{ what, why, headline: `${what} did not succeed`, details: `Deployment ${why}` },
      fix: 'Correct the cause, and push again',
    });
  });

  test('that never appears is an error that says so', async () => {
    const environment = openEnvironment({});
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      message: expect.stringMatching(/commit 0123456 is still not there after 900 s.*raise wait-timeout/),
    });
    expect(environment.times.length).toBeLessThan(300);
  });
});

describe('what is declared', () => {
  const succeeded = 'deployment.succeeded';
  const young = 'A declared process is younger than the newest deployment';
  const begun = (startedAt: number | undefined) => listed(succeeded).map((one) => ({ ...one, startedAt }));

  test.each<[string, Deployment[], number | undefined]>([
    ['there is no deployment at all', [], 100_000],
    ['the newest deployment began after it', listed(succeeded), 59_999],
    ['the newest deployment began in the same second, and the time is finer', listed(succeeded), 60_999],
    ['the deployment has no date', begun(undefined), 99_999],
    ['nothing is declared', listed(succeeded, 'build.failed'), undefined],
    ['an older deployment has failed, or never ended', listed(succeeded, 'build.failed', 'pending'), 0],
  ])('is live where %s', (_, deployments, bornAt) => {
    expect(livenessOf(deployments, bornAt)).toEqual({ kind: 'live' });
  });

  test('is on its way where a deployment runs that began after it', () => {
    expect(livenessOf(listed('build.running', 'build.failed'), 61_000)).toMatchObject({
      kind: 'on-its-way',
      deployment: { id: 'depl-2' },
    });
  });

  test.each<[string, Deployment[], number | undefined, boolean, string]>([
    ['is younger than the newest success', listed(succeeded), 61_000, false, young],
    ['is younger by a finer date', begun(60_400), 60_500, false, young],
    ['is younger than the deployment that runs', listed('pending', succeeded), 121_000, false, young],
    [
      'waits since the newest failed, whatever an older one says',
      listed('build.failed', succeeded, 'pending'),
      0,
      true,
      'The newest deployment, depl-3, ended as build.failed',
    ],
    [
      'has never been deployed successfully',
      listed('cancelled'),
      undefined,
      false,
      'The newest deployment, depl-1, ended as cancelled',
    ],
  ])('is behind where it %s', (_, deployments, bornAt, runsOlder, why) => {
    expect(livenessOf(deployments, bornAt)).toEqual({ kind: 'behind', runsOlder, why });
  });
});

test.each([
  ['superseded', 90_000, true],
  ['superseded', undefined, false],
  ['deployment.skipped', 90_000, true],
  ['deployment.running', 90_000, false],
  ['cancelled', undefined, true],
  ['deployment.failed', undefined, true],
])('a deployment with the status %s that ended at %s has ended: %s', (status, finishedAt, ended) => {
  expect(hasEnded({ ...running, status, finishedAt })).toBe(ended);
});
