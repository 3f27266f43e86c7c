import { type Deployment, hasEnded, hasSucceeded } from './deployments.ts';

/** Has what is declared reached the environment? A change takes effect with the deployment that begins after it. */
export type Liveness =
  | { readonly kind: 'live' }
  /** A deployment that began after the last change is running. */
  | { readonly kind: 'on-its-way'; readonly deployment: Deployment }
  | {
      readonly kind: 'behind';
      /** A sentence without its full stop. */
      readonly why: string;
      /** Does an older release run what is declared? */
      readonly runsOlder: boolean;
    };

/**
 * Judges by the deployments, the newest first. `bornAt` is when the youngest declared process was created, in milliseconds
 * since 1970. What cannot be known counts as live: an environment that was never deployed is deployed by somebody else first.
 */
export function livenessOf(deployments: readonly Deployment[], bornAt: number | undefined): Liveness {
  const carries = (one: Deployment): boolean => bornAt === undefined || beganAfter(one, bornAt);
  const running = deployments.filter((one) => !hasEnded(one));
  const deployment = running.find(carries);
  if (deployment !== undefined) return { kind: 'on-its-way', deployment };

  const [newest] = deployments;
  const succeeded = deployments.find(hasSucceeded);
  const runsOlder = succeeded !== undefined && carries(succeeded);
  if (newest !== undefined && running.length === 0 && !hasSucceeded(newest)) {
    return {
      kind: 'behind',
      why: `The newest deployment, ${newest.id}, ended as ${newest.status}`,
      runsOlder,
    };
  }
  if (newest === undefined || runsOlder) return { kind: 'live' };
  return { kind: 'behind', why: 'A declared process is younger than the newest deployment', runsOlder };
}

/** Did it begin with all that existed at that time? Yes, where its date is not known. */
export function beganAfter({ startedAt }: Deployment, time: number): boolean {
  return startedAt === undefined || startedAt >= time;
}
