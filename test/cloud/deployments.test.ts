import { describe, expect, test } from 'vitest';
import { deploy, followOn } from '../../src/cloud/deploy.ts';
import { beganAfter, type Deployment, readDeployments, waitForCommit } from '../../src/cloud/deployments.ts';
import { Deadline } from '../../src/time.ts';
import { json, networkError, type Reply } from '../support/fake-transport.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

const midnight = Date.UTC(2026, 3, 4);
const span = 900_000;

interface Made {
  readonly id: string;
  readonly startedAt: number;
  /** How it ends, and when. */
  readonly ends: string;
  endsAt: number;
  readonly commit: string | undefined;
  /** From when on the list shows it. */
  listedFrom: number;
  /** It keeps no other deployment from starting. */
  isStuck?: boolean;
}

/** An answer to a request to deploy, instead of the usual one. */
interface Answer {
  readonly reply: Reply;
  /** A deployment has started all the same, and a list shows it after so many milliseconds. */
  readonly startedShownAfter?: number;
  /** How long that deployment takes, in milliseconds. */
  readonly takes?: number;
}

/** An environment that is deployed, one after the other, each for half a minute. */
function openEnvironment({ oddEntries = false, answers = [] as Answer[], listsLag = 0 } = {}) {
  const { client, clock, transport } = scriptedClient([], { deadline: 3_600_000, random: seededRandom(7) });
  const made: Made[] = [];
  const script = [...answers];
  const start = (ends = 'deployment.succeeded', takes = 30_000, commit?: string): Made => {
    const startedAt = clock.now();
    const one: Made = {
      id: `depl-${made.length + 1}`,
      startedAt,
      ends,
      endsAt: startedAt + takes,
      commit,
      listedFrom: startedAt,
    };
    made.push(one);
    return one;
  };
  const statusOf = ({ ends, endsAt }: Made, lag: number): string =>
    clock.now() < endsAt + lag ? 'build.running' : ends;
  const resource = (one: Made, lag = 0) => ({
    id: one.id,
    type: 'deployments',
    attributes: {
      status: statusOf(one, lag),
      started_at: new Date(Math.floor((midnight + one.startedAt) / 1000) * 1000).toISOString(),
      commit_hash: one.commit ?? null,
      failure_reason: one.ends === 'build.failed' ? 'npm run build exited with 1' : null,
    },
  });
  const times: number[] = [];
  transport.answer = async ({ method, url }) => {
    await clock.sleep(100);
    times.push(clock.now());
    const date = { date: new Date(midnight + clock.now()).toUTCString() };
    const running = made.find((one) => clock.now() < one.endsAt && one.isStuck !== true);
    if (method === 'POST') {
      const answer = script.shift();
      if (answer?.startedShownAfter !== undefined)
        start(undefined, answer.takes).listedFrom += answer.startedShownAfter;
      if (answer !== undefined) return answer.reply;
      if (running !== undefined) return json(422, { message: 'A deployment is already in progress.' }, date);
      return json(201, { data: resource(start()) }, date);
    }
    const [, id] = /deployments\/(.+)$/.exec(url.pathname) ?? [];
    const asked = made.find((one) => one.id === id);
    if (asked !== undefined) return json(200, { data: resource(asked) }, date);
    const listed = made.filter(({ listedFrom }) => listedFrom <= clock.now());
    const odd = oddEntries ? [{ id: 7 }, null, { id: 'depl-x', attributes: { status: 7 } }] : [];
    return json(200, { data: [...odd, ...listed.map((one) => resource(one, listsLag)).reverse()] }, date);
  };
  /** As a step that has just changed something. */
  const deployChange = async (): Promise<Deployment> => {
    const { deployments, at = 0 } = await readDeployments(client, 'env-1');
    const known = new Set(deployments.map(({ id }) => id));
    return await deploy(client, 'env-1', {
      ...following(),
      seen: deployments,
      carries: (one) => !known.has(one.id) && beganAfter(one, at),
    });
  };
  const followed: string[] = [];
  const lines: string[] = [];
  const done: string[] = [];
  const following = () => ({
    clock,
    random: seededRandom(made.length),
    cancelled: new AbortController().signal,
    deadline: new Deadline(clock, span),
    log: (line: string) => lines.push(line),
    did: (line: string, kind?: string) => done.push(`${kind}: ${line}`),
    onFollow: (id: string) => followed.push(id),
  });
  return { client, clock, transport, made, start, deployChange, following, followed, lines, done, times };
}

describe('a change', () => {
  test('is carried by a deployment that somebody else has started after it', async () => {
    const { clock, made, start, deployChange, followed, lines, transport } = openEnvironment();
    start('deployment.succeeded', 10_000);
    void clock.sleep(10_000).then(() => start('deployment.succeeded', 50_000));
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

  test('is carried by one that somebody else has started after it and that is over', async () => {
    const { clock, made, start, deployChange, followed } = openEnvironment();
    start('deployment.succeeded', 10_000);
    void clock.sleep(10_000).then(() => start('deployment.succeeded', 1));
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-2' });
    expect(made).toHaveLength(2);
    expect(followed).toEqual(['depl-2']);
  });

  test('is deployed after one that somebody else has started after it and that has failed', async () => {
    const { clock, start, deployChange, followed } = openEnvironment();
    start('deployment.succeeded', 10_000);
    void clock.sleep(10_000).then(() => start('deployment.failed', 1));
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-3' });
    expect(followed).toEqual(['depl-3']);
  });

  test('waits calmly: at most thirty requests a minute', async () => {
    const { clock, start, deployChange, times } = openEnvironment();
    start('deployment.succeeded', 300_000);
    await clock.run(deployChange());
    for (const time of times)
      expect(times.filter((other) => other >= time && other < time + 60_000).length).toBeLessThanOrEqual(30);
  });

  test('is deployed after one that has ended, though the list shows its end later', async () => {
    const { clock, start, deployChange, followed, times } = openEnvironment({ listsLag: 60_000 });
    start('deployment.succeeded', 10_000);
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-2' });
    expect(followed).toEqual(['depl-2']);
    expect(times.length).toBeLessThan(20);
  });

  test('is deployed though entries of the list are not understood', async () => {
    const { clock, deployChange } = openEnvironment({ oddEntries: true });
    expect(await clock.run(deployChange())).toMatchObject({ status: 'deployment.succeeded' });
  });

  test('does not wait for a deployment that never ended and is older than one that succeeded', async () => {
    const { clock, start, deployChange, followed } = openEnvironment();
    start('deployment.succeeded', Number.MAX_SAFE_INTEGER).isStuck = true;
    start('deployment.succeeded', 0);
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-3' });
    expect(followed).toEqual(['depl-3']);
  });

  test('is waited for as long as the deadline allows', async () => {
    const { clock, start, deployChange } = openEnvironment();
    start('deployment.succeeded', 2 * span);
    expect(await clock.run(failureOf(deployChange()))).toMatchObject({
      what: 'Deployment depl-1',
      why: 'it is still build.running after 900 s',
      fix: 'It continues in Laravel Cloud. Look there how it ends, or raise wait-timeout',
      after: '900 s',
    });
  });
});

describe('a request to deploy', () => {
  const lost: Answer = { reply: networkError('ECONNRESET') };
  const refused = (status: number, errors = {}): Answer => ({
    reply: json(status, { message: 'No.', errors }),
  });
  const lines = {
    lost: expect.stringMatching(
      /^The answer to the deployment request was lost \(.+\); looking whether it took effect$/,
    ),
    again: 'No deployment has started; sending the request again',
    started: 'Deployment depl-1 has started',
    ended: 'Deployment depl-1: deployment.succeeded',
    late: 'Another deployment got in first',
  };
  const unknown = 'unknown: whether a deployment has started, since the answer to the request was lost';
  const going = 'going: started deployment depl-1, which goes on in Laravel Cloud';

  test.each<[string, Answer[], string[], string[]]>([
    ['is answered', [], [lines.started, lines.ended], [going]],
    [
      'is answered with nothing but an id',
      [{ reply: json(201, { data: { id: 'depl-1', type: 'deployments' } }), startedShownAfter: 60_000 }],
      [lines.started, 'Deployment depl-1: build.running', lines.ended],
      [going],
    ],
    [
      'is not sent again where its answer is lost and a deployment has started',
      [{ ...lost, startedShownAfter: 0 }],
      [lines.lost, lines.started, lines.ended],
      [unknown, going],
    ],
    [
      'is sent again where its answer is lost and none has started',
      [lost, lost],
      [lines.lost, lines.again, lines.lost, lines.again, lines.started, lines.ended],
      [unknown, unknown, going],
    ],
    [
      'is refused with a 409 since another deployment has begun',
      [{ ...refused(409), startedShownAfter: 0 }],
      [lines.late, lines.ended],
      [],
    ],
    [
      'is refused with a 422 since another deployment has begun, which the list shows late',
      [{ ...refused(422), startedShownAfter: 3_000 }],
      [lines.late, lines.ended],
      [],
    ],
    [
      'is refused since another deployment has begun, which has ended when the list shows it',
      [{ ...refused(422), startedShownAfter: 3_000, takes: 1_000 }],
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
    ['whose answer is lost three times', [lost, lost, lost], { requests: 22, span: [60_000, 63_000] }],
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
    const context = { ...following(), deadline: new Deadline(clock, 1_600), seen: [], carries: () => false };
    await clock.run(failureOf(deploy(client, 'env-1', context)));
    expect(times).toEqual([100, 700, 800, 1_400, 1_500]);
  });
});

describe('a deployment that is cancelled', () => {
  const first: Deployment = {
    id: 'depl-1',
    status: 'build.running',
    failureReason: undefined,
    commit: undefined,
    startedAt: undefined,
    finishedAt: undefined,
  };

  test('since a newer one has begun is followed by the newest', async () => {
    const { client, clock, start, following, followed, lines } = openEnvironment();
    start('cancelled', 10_000);
    void clock.sleep(10_000).then(() => start('cancelled', 1));
    void clock.sleep(10_001).then(() => start());
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({
      id: 'depl-3',
      status: 'deployment.succeeded',
    });
    expect(followed).toEqual(['depl-1', 'depl-3']);
    expect(lines).toContain('Deployment depl-1 was cancelled, since depl-3 has begun; following that one');
  });

  test.each([
    ['has succeeded', 'deployment.succeeded', 0],
    ['runs', 'deployment.succeeded', 30_000],
    ['has failed', 'build.failed', 0],
  ])(
    'is followed by a newer one that %s, though the newest was cancelled by hand',
    async (_, ends, takes) => {
      const { client, clock, start, following } = openEnvironment();
      start('cancelled', 10_000);
      void clock.sleep(10_000).then(() => start(ends, takes));
      void clock.sleep(10_001).then(() => start('cancelled', 0));
      expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({
        id: 'depl-2',
        status: ends,
      });
    },
  );

  test('is followed by the one that carries the change, though the newest has failed', async () => {
    const { client, clock, start, following } = openEnvironment();
    start('cancelled', 10_000);
    void clock.sleep(10_000).then(() => start('deployment.succeeded', 0));
    void clock.sleep(10_001).then(() => start('build.failed', 0));
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({ id: 'depl-2' });
  });

  test('is followed by a newer one that the list shows some seconds later', async () => {
    const { client, clock, start, following } = openEnvironment();
    start('cancelled', 10_000);
    void clock.sleep(10_000).then(() => {
      start().listedFrom += 8_000;
    });
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({ id: 'depl-2' });
  });

  test.each(['cancelled', 'failed', 'build.failed', 'deployment.failed'])(
    'or fails without a newer one ends as that: %s',
    async (ends) => {
      const { client, clock, start, following } = openEnvironment();
      start(ends, 10_000);
      expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({
        id: 'depl-1',
        status: ends,
      });
    },
  );

  test('and that the list does not hold has no newer one', async () => {
    const { client, clock, start, following } = openEnvironment();
    start('cancelled', 10_000).listedFrom = Infinity;
    void clock.sleep(1).then(() => start());
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({ id: 'depl-1' });
  });

  test('is not read again where it has ended', async () => {
    const { client, clock, following, times } = openEnvironment();
    const ended = { ...first, status: 'build.failed' };
    expect(await clock.run(followOn(client, 'env-1', ended, following()))).toBe(ended);
    expect(times).toEqual([]);
  });
});

describe('the deployment of a commit', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const what = 'The deployment of commit 0123456';
  const wait = ({ client, following }: ReturnType<typeof openEnvironment>, sha = commit) =>
    waitForCommit(client, 'env-1', sha, following());

  test('is waited for, also where it is not there yet', async () => {
    const environment = openEnvironment();
    const { clock, start, lines } = environment;
    start('deployment.succeeded', 1_000, 'another');
    void clock.sleep(2_000).then(() => start());
    void clock.sleep(40_000).then(() => start('deployment.succeeded', 30_000, commit));
    await clock.run(wait(environment));
    expect(clock.now()).toBeGreaterThanOrEqual(70_000);
    expect(lines).toEqual([
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
  ])('is found %s', async (_, sha, listed) => {
    const environment = openEnvironment();
    environment.start('deployment.succeeded', 1_000, listed);
    expect(await environment.clock.run(wait(environment, sha))).toMatchObject({
      deployments: [{ id: 'depl-1', commit: listed }],
      at: midnight + Math.floor(environment.clock.now() / 1_000) * 1_000,
    });
  });

  test('has been there where a newer one has succeeded', async () => {
    const environment = openEnvironment();
    const { clock, start } = environment;
    start('cancelled', 1_000, commit);
    void clock.sleep(1_000).then(() => start('deployment.succeeded', 10_000, 'newer'));
    await clock.run(wait(environment));
    expect(clock.now()).toBeGreaterThanOrEqual(11_000);
  });

  test('has been there where a second one of the same commit has failed', async () => {
    const environment = openEnvironment();
    environment.start('deployment.succeeded', 0, commit);
    environment.start('build.failed', 0, commit);
    await environment.clock.run(wait(environment));
    expect(environment.times).toHaveLength(1);
  });

  test('is not there where a second one of the same commit has failed after one of another', async () => {
    const environment = openEnvironment();
    environment.start('deployment.succeeded', 0, commit);
    environment.start('deployment.succeeded', 0, 'another');
    environment.start('build.failed', 0, commit);
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      why: expect.stringContaining('depl-3 ended as build.failed'),
    });
  });

  test('was cancelled by a newer one, which the list shows a second later', async () => {
    const environment = openEnvironment();
    const { clock, start } = environment;
    start('cancelled', 0, commit);
    start('deployment.succeeded', 10_000, 'newer').listedFrom += 1_000;
    await clock.run(wait(environment));
    expect(clock.now()).toBeGreaterThanOrEqual(10_000);
  });

  test.each([
    ['build.failed', 'depl-1 ended as build.failed: npm run build exited with 1'],
    ['failed', 'depl-1 ended as failed'],
    ['cancelled', 'depl-1 ended as cancelled'],
  ])('fails the step where it has %s', async (ends, why) => {
    const environment = openEnvironment();
    environment.start(ends, 1_000, commit);
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      what,
      why,
      headline: `${what} did not succeed`,
      details: `Deployment ${why}`,
      fix: 'Correct what makes the deployment fail, and push again',
    });
  });

  test('that never appears is an error that says so', async () => {
    const environment = openEnvironment();
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      message: expect.stringMatching(/it is still not there after 900 s.*raise wait-timeout/),
    });
    expect(environment.times.length).toBeLessThan(300);
  });
});
