import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../src/cloud/deployments.ts';
import { livenessOf } from '../../src/cloud/liveness.ts';

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

describe('what is declared', () => {
  test.each([
    ['there is no deployment at all', [], 100_000],
    ['the newest deployment began after it', [succeeded], 59_999],
    ['the newest deployment began in the same moment', [succeeded], 60_000],
    ['nothing is declared', [succeeded, 'build.failed'], undefined],
    ['an older deployment failed', [succeeded, 'build.failed'], 0],
  ])('is live where %s', (_, statuses, bornAt) => {
    expect(livenessOf(listed(...statuses), bornAt)).toEqual({ kind: 'live' });
  });

  test('is live where the deployment has no date', () => {
    const [deployment] = listed(succeeded);
    expect(livenessOf(deployment ? [{ ...deployment, startedAt: undefined }] : [], 99_999)).toEqual({
      kind: 'live',
    });
  });

  test('is on its way where a deployment runs that began after it', () => {
    expect(livenessOf(listed('build.running', 'build.failed'), 60_001)).toMatchObject({
      kind: 'on-its-way',
      deployment: { id: 'depl-2' },
    });
  });

  test.each([
    ['is younger than the newest success', [succeeded], 60_001, false],
    ['is younger than the deployment that runs', ['pending', succeeded], 120_001, false],
    ['waits for the next deployment since the newest failed', ['build.failed', succeeded], 59_000, true],
    ['was never deployed since the newest failed', ['failed', succeeded], 61_000, false],
    ['has never been deployed successfully', ['cancelled'], undefined, false],
  ])('is behind where it %s', (_, statuses, bornAt, runsOlder) => {
    expect(livenessOf(listed(...statuses), bornAt)).toMatchObject({ kind: 'behind', runsOlder });
  });
});
