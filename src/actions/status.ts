import { readDeployments, type SeenDeployments } from '../cloud/deployments.ts';
import { type Environment, sleepOf } from '../cloud/environment.ts';
import {
  describeExits,
  type Health,
  unknownHealth,
  watchedName,
  watchedOf,
} from '../cloud/environment-log.ts';
import { isTooBusy, lookBack } from '../cloud/stability.ts';
import { Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { orNear } from '../names.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { firstOf, oneOrList, processCount } from '../text.ts';
import type { Running } from './read-running.ts';
import { saySleep } from './report/cloud.ts';
import { locate } from './rollout/context.ts';
import { observe, warnOfHealths } from './rollout/proof.ts';
import type { Session } from './session.ts';

export type StatusInputs = ReturnType<typeof readStatusInputs>;

const words = ['up', 'restarting', 'unknown'] as const satisfies readonly Health['status'][];

export function readStatusInputs(inputs: Inputs) {
  /** Milliseconds to look back in the environment's log; 0: without statuses. */
  const window = inputs.seconds('status-window', { min: 0, max: 86_400 }, 0);
  /** The statuses that `require-status` allows; empty: any status. */
  const required = inputs.words('require-status').flatMap((word) => {
    const known = words.find((one) => one === word);
    if (known === undefined)
      inputs.problem(
        'require-status',
        orNear(`must be some of ${words.join(', ')}, not ${JSON.stringify(word)}`, word, words),
      );
    return known ?? [];
  });
  if (inputs.text('require-status') !== undefined && window === 0)
    inputs.problem('require-status', 'needs status-window: the seconds of the log that are looked at');
  return { window, required };
}

/** Reads the status of each process from the environment's log. Returns the statuses by process id. */
export async function readStatuses(
  session: Session,
  running: Running,
  window: number,
): Promise<ReadonlyMap<string, Health>> {
  const { step } = session;
  const patient = session.within();
  const [place] = running.places;
  const known = { environment: running.environment, instance: place?.instance, instanceId: place?.id };
  const { environment, instance: read } = await locate(patient, known);
  if (running.environment === undefined) saySleep(step, environment);
  const watched = running.places.flatMap(({ processes, instance = read }) =>
    processes.map((process) => watchedOf(process, instance, environment)),
  );
  const asleep = sleepOf(environment);
  if (asleep !== undefined || watched.length === 0)
    return healthsById(watched.map((process) => unknownHealth(process, asleep ?? '')));

  step.doing('reading the environment’s log');
  const { deployments, at } = await deploymentsIfAllowed(patient, environment);
  const observing = observe(patient, environment, session.serviceTime(at));
  return healthsById(await lookBack(watched, window, deployments, observing));
}

/** Returns the deployments; none if the token may not read them, since the log decides. */
async function deploymentsIfAllowed(
  { client, step }: Session,
  { id }: Environment,
): Promise<SeenDeployments> {
  try {
    return await readDeployments(client, id);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 403) throw error;
    step.log.debug(`The end of the newest deployment is not known. ${error.message}`);
    return { deployments: [], at: undefined };
  }
}

function healthsById(healths: readonly Health[]): ReadonlyMap<string, Health> {
  return new Map(healths.map((health) => [health.process.id, health]));
}

/** Throws a `Failure` for processes that have none of the required statuses, and warns of the others. */
export function requireStatus(
  step: Step,
  { required }: StatusInputs,
  statuses: ReadonlyMap<string, Health>,
): void {
  const isAllowed = ({ status }: Health): boolean => required.length === 0 || required.includes(status);
  const unwanted = [...statuses.values()].filter((health) => !isAllowed(health));
  warnOfHealths(step, [...statuses.values()].filter(isAllowed));
  if (unwanted.length === 0) return;
  const count = `${unwanted.length} of ${processCount(statuses.size)}`;
  const found = [...new Set(unwanted.map(({ status }) => status))].join(' and ');
  throw new Failure({
    headline: `${count} ${unwanted.length === 1 ? 'is' : 'are'} not as required (${found})`,
    what: 'The background processes are not as required',
    why: oneOrList([...Map.groupBy(unwanted, causeOf).values()].map(describeStatus)),
    fix: unwanted.some(({ status }) => status === 'restarting')
      ? 'Read in the environment’s log in Laravel Cloud why they exit'
      : `To accept it, list ${found} in require-status${unwanted.some(isTooBusy) ? '. With a shorter status-window the log can be read whole' : ''}`,
  });
}

/** Returns a key that is equal for processes whose status has the same reason. */
function causeOf({ process, status, why }: Health): string {
  return status === 'restarting' ? process.id : `${status} ${why}`;
}

function describeStatus(alike: readonly Health[]): string {
  const [first] = alike;
  if (first?.status === 'restarting') return `restarting: ${describeExits(first)}`;
  const names = alike.map(({ process }) => watchedName(process));
  return `${first?.status}: ${firstOf(names, 10)}${first?.why === undefined ? '' : ` (${first.why})`}`;
}
