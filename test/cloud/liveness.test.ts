import { describe, expect, test } from 'vitest';
import { type Deployment, livenessOf } from '../../src/cloud/deployments.ts';
import { hasEnded } from '../../src/cloud/started-work.ts';

/** Listed newest first; each begins a minute before the one listed before it. */
function listed(...statuses: readonly string[]): Deployment[] {
  return statuses.map((status, index) => ({
    id: `depl-${statuses.length - index}`,
    status,
    failureReason: undefined,
    commit: undefined,
    startedAt: (statuses.length - index) * 60_000,
    finishedAt: undefined,
  }));
}

const succeeded = 'deployment.succeeded';
const young = 'A declared process is younger than the newest deployment';

describe('what is declared', () => {
  test.each([
    ['there is no deployment at all', [], 100_000],
    ['the newest deployment began after it', [succeeded], 59_999],
    ['the newest deployment began in the same moment', [succeeded], 60_000],
    ['the newest deployment began in the same second, and the time is finer', [succeeded], 60_999],
    ['nothing is declared', [succeeded, 'build.failed'], undefined],
    ['an older deployment failed', [succeeded, 'build.failed'], 0],
    ['an older deployment has never ended', [succeeded, 'pending', 'superseded'], 0],
  ])('is live where %s', (_, statuses, bornAt) => {
    expect(livenessOf(listed(...statuses), bornAt)).toEqual({ kind: 'live' });
  });

  test('is live where the deployment has no date', () => {
    const [deployment] = listed(succeeded);
    expect(livenessOf(deployment ? [{ ...deployment, startedAt: undefined }] : [], 99_999)).toEqual({
      kind: 'live',
    });
  });

  test('is not live where the deployment, with a finer date, began before it in the same second', () => {
    const [deployment] = listed(succeeded);
    const began = { startedAt: 60_400 };
    expect(livenessOf(deployment ? [{ ...deployment, ...began }] : [], 60_500).kind).toBe('behind');
  });

  test('is on its way where a deployment runs that began after it', () => {
    expect(livenessOf(listed('build.running', 'build.failed'), 61_000)).toMatchObject({
      kind: 'on-its-way',
      deployment: { id: 'depl-2' },
    });
  });

  test.each([
    ['is younger than the newest success', [succeeded], 61_000, false, young],
    ['is younger than the deployment that runs', ['pending', succeeded], 121_000, false, young],
    [
      'waits for the next deployment since the newest failed',
      ['build.failed', succeeded],
      59_000,
      true,
      'The newest deployment, depl-2, ended as build.failed',
    ],
    [
      'waits since the newest failed, whatever an older one says',
      ['build.failed', succeeded, 'pending'],
      0,
      true,
      'The newest deployment, depl-3, ended as build.failed',
    ],
    [
      'was never deployed since the newest failed',
      ['failed', succeeded],
      61_000,
      false,
      'The newest deployment, depl-2, ended as failed',
    ],
    [
      'has never been deployed successfully',
      ['cancelled'],
      undefined,
      false,
      'The newest deployment, depl-1, ended as cancelled',
    ],
  ])('is behind where it %s', (_, statuses, bornAt, runsOlder, why) => {
    expect(livenessOf(listed(...statuses), bornAt)).toEqual({ kind: 'behind', runsOlder, why });
  });
});

test.each([
  ['superseded', 90_000, true],
  ['superseded', undefined, false],
  ['deployment.skipped', 90_000, true],
  ['build.succeeded', 90_000, false],
  ['deployment.running', 90_000, false],
  ['pending', 90_000, false],
  ['cancelled', undefined, true],
])('a deployment with the status %s that ended at %s has ended: %s', (status, finishedAt, ended) => {
  const [deployment] = listed(status);
  expect(deployment && hasEnded({ ...deployment, finishedAt })).toBe(ended);
});
