import { describe, expect, test } from 'vitest';
import { waitForCommit } from '../../src/cloud/commit-deployment.ts';
import { deploy, followOn } from '../../src/cloud/deploy.ts';
import { asPrinted } from '../../src/cloud/deployment-log.ts';
import { type Deployment, readDeployments } from '../../src/cloud/deployments.ts';
import { beganAfter } from '../../src/cloud/liveness.ts';
import { Deadline } from '../../src/time.ts';
import { json } from '../support/fake-transport.ts';
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
}

/** An environment that is deployed, one after the other, each for half a minute. */
function openEnvironment({ oddEntries = false } = {}) {
  const { client, clock, transport } = scriptedClient([], { deadline: 3_600_000, random: seededRandom(7) });
  const made: Made[] = [];
  const start = (ends = 'deployment.succeeded', takes = 30_000, commit?: string): Made => {
    const startedAt = clock.now();
    const one = { id: `depl-${made.length + 1}`, startedAt, ends, endsAt: startedAt + takes, commit };
    made.push(one);
    return one;
  };
  const statusOf = ({ ends, endsAt }: Made): string => (clock.now() < endsAt ? 'build.running' : ends);
  const resource = (one: Made) => ({
    id: one.id,
    type: 'deployments',
    attributes: {
      status: statusOf(one),
      started_at: new Date(Math.floor((midnight + one.startedAt) / 1000) * 1000).toISOString(),
      commit_hash: one.commit ?? null,
    },
  });
  const times: number[] = [];
  transport.answer = async ({ method, url }) => {
    await clock.sleep(100);
    times.push(clock.now());
    const date = { date: new Date(midnight + clock.now()).toUTCString() };
    const running = made.find((one) => clock.now() < one.endsAt);
    if (method === 'POST') {
      if (running !== undefined) return json(422, { message: 'A deployment is already in progress.' }, date);
      return json(201, { data: resource(start()) }, date);
    }
    const [, id] = /deployments\/(.+)$/.exec(url.pathname) ?? [];
    const asked = made.find((one) => one.id === id);
    if (asked !== undefined) return json(200, { data: resource(asked) }, date);
    const odd = oddEntries ? [{ id: 7 }, null, { id: 'depl-x', attributes: { status: 7 } }] : [];
    return json(200, { data: [...odd, ...made.map(resource).reverse()] }, date);
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
  const following = () => ({
    clock,
    random: seededRandom(made.length),
    cancelled: new AbortController().signal,
    deadline: new Deadline(clock, span),
    log: (line: string) => lines.push(line),
    did: () => undefined,
    onFollow: (id: string) => followed.push(id),
  });
  return { client, clock, made, start, deployChange, following, followed, lines, times };
}

describe('a change', () => {
  test('is carried by a deployment that somebody else has started after it', async () => {
    const { clock, made, start, deployChange, followed } = openEnvironment();
    start('deployment.succeeded', 10_000);
    void clock.sleep(10_000).then(() => start());
    expect(await clock.run(deployChange())).toMatchObject({ id: 'depl-2' });
    expect(made).toHaveLength(2);
    expect(followed).toEqual(['depl-2']);
  });

  test('waits calmly: at most thirty requests a minute', async () => {
    const { clock, start, deployChange, times } = openEnvironment();
    start('deployment.succeeded', 300_000);
    await clock.run(deployChange());
    for (const time of times)
      expect(times.filter((other) => other >= time && other < time + 60_000).length).toBeLessThanOrEqual(30);
  });

  test('is deployed though entries of the list are not understood', async () => {
    const { clock, deployChange } = openEnvironment({ oddEntries: true });
    expect(await clock.run(deployChange())).toMatchObject({ status: 'deployment.succeeded' });
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

  test('since a newer one has begun is followed by that', async () => {
    const { client, clock, start, following, followed } = openEnvironment();
    start('cancelled', 10_000);
    void clock.sleep(10_000).then(() => start());
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({
      id: 'depl-2',
      status: 'deployment.succeeded',
    });
    expect(followed).toEqual(['depl-1', 'depl-2']);
  });

  test('by somebody ends as that', async () => {
    const { client, clock, start, following } = openEnvironment();
    start('cancelled', 10_000);
    expect(await clock.run(followOn(client, 'env-1', first, following()))).toMatchObject({
      id: 'depl-1',
      status: 'cancelled',
    });
  });
});

describe('the deployment of a commit', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const wait = ({ client, following }: ReturnType<typeof openEnvironment>) =>
    waitForCommit(client, 'env-1', commit, following());

  test('is waited for, also where it is not there yet', async () => {
    const environment = openEnvironment();
    const { clock, start } = environment;
    start('deployment.succeeded', 1_000, 'another');
    void clock.sleep(20_000).then(() => start('deployment.succeeded', 30_000, commit));
    await clock.run(wait(environment));
    expect(clock.now()).toBeGreaterThanOrEqual(50_000);
  });

  test('has been there where a newer one has succeeded', async () => {
    const environment = openEnvironment();
    const { clock, start } = environment;
    start('cancelled', 1_000, commit);
    void clock.sleep(1_000).then(() => start('deployment.succeeded', 10_000, 'newer'));
    await clock.run(wait(environment));
    expect(clock.now()).toBeGreaterThanOrEqual(11_000);
  });

  test('fails the step where it fails', async () => {
    const environment = openEnvironment();
    environment.start('build.failed', 1_000, commit);
    expect(await environment.clock.run(failureOf(wait(environment)))).toMatchObject({
      message: expect.stringContaining('The deployment of commit 0123456: depl-1 ended as build.failed'),
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

describe('what a step has printed', () => {
  test.each([
    ['escapes', '\u001b[90m. \u001b[39m \u001b[32;1mDONE \u001b[39;22m', '.  DONE '],
    ['a line that overwrites itself', 'a\r\n10 %\r50 %\r100 %\nb', 'a\n100 %\nb'],
    ['a line that ends with a carriage return', '10 %\r100 %\r\nb', '100 %\nb'],
  ])('is shown as a terminal shows it in the end: %s', (_, output, shown) => {
    expect(asPrinted(output)).toBe(shown);
  });
});
