import { type Deployment, hasSucceeded, runningIn } from './deployments.ts';

/** The live state of the declared processes. A change takes effect with a deployment that begins after it. */
export type Liveness =
  | { readonly kind: 'live' }
  /** A deployment that began after the last change is running. */
  | { readonly kind: 'on-its-way'; readonly deployment: Deployment }
  | {
      readonly kind: 'behind';
      /** A sentence without its full stop. */
      readonly why: string;
      /** True if an older release runs the declared processes. */
      readonly runsOlder: boolean;
    };

/**
 * Judges by the deployments, the newest first. `bornAt`: the creation time of the youngest declared process, in
 * milliseconds since 1970. With an unknown time, every deployment counts as younger. An environment without deployments
 * counts as live: its owner deploys it first.
 */
export function livenessOf(deployments: readonly Deployment[], bornAt: number | undefined): Liveness {
  const carries = (one: Deployment): boolean => bornAt === undefined || beganAfter(one, bornAt);
  const running = runningIn(deployments);
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

/**
 * True if the deployment began at or after this time, or if the start is unknown. Recorded: starts are to the second. A
 * start in the second of a finer time counts as after it: a step creates a process, then deploys.
 */
export function beganAfter({ startedAt }: Deployment, time: number): boolean {
  if (startedAt === undefined) return true;
  const isToTheSecond = startedAt % 1_000 === 0;
  return startedAt >= (isToTheSecond ? time - (time % 1_000) : time);
}
