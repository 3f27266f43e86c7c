import type { PacedWait } from '../converge/look.ts';
import { Cancelled, Failure, locationText, stated } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { atPlace, collecting, NotThere } from '../names.ts';
import { quoted } from '../text.ts';
import { type Environment, means } from './environment.ts';
import {
  type AssignedEnvironment,
  type Assignment,
  assignEnvironments,
  type DeclaredEnvironment,
  type Fleet,
} from './fleet.ts';
import { InDoubt, type ListedInstances, listInstances, pickInstances } from './instances.ts';
import {
  type EnvironmentName,
  environmentNamed,
  findApplication,
  listEnvironments,
  waitUntilThere,
} from './target.ts';

/** The inputs that choose environments of the manifest. */
export interface FleetName extends Pick<EnvironmentName, 'application' | 'repository' | 'headBranch'> {
  /** One environment, or a pattern of the manifest; undefined for all environments. */
  readonly environment: string | undefined;
}

/** An environment with the instances that the manifest names, in its order. */
type FoundEnvironment = AssignedEnvironment & Pick<ListedInstances, 'instances' | 'listings'>;

export interface FoundFleet {
  readonly application: { readonly id: string; readonly name: string };
  readonly found: readonly FoundEnvironment[];
  /** Sentences about environments and patterns that the step leaves out. */
  readonly leftOut: readonly string[];
}

/**
 * Finds all environments side by side. Waits for environments that the manifest names, but never for environments of a
 * pattern: a new or deleted preview must not delay production. Calls `onFound` with the id of each environment before
 * it lists the instances.
 */
export async function findFleet(
  client: HttpClient,
  fleet: Fleet,
  name: FleetName,
  waiting: PacedWait,
  onFound: (environmentId: string) => void,
): Promise<FoundFleet> {
  const application = await applicationOf(client, fleet, name);
  let assignment: Assignment | undefined;
  const known = new Map<string, FoundEnvironment | string>();
  return await waitUntilThere(async () => {
    assignment ??= chosen(fleet, await listEnvironments(client, application.id), name);
    const { assigned, idle } = assignment;
    const looks = await Promise.all(
      assigned.map(async (one) => {
        const seen = known.get(one.environment.id) ?? (await lookAt(client, one, onFound));
        if (!(seen instanceof Failure)) known.set(one.environment.id, seen);
        return seen;
      }),
    );
    const seen = collecting('environments of the manifest', looks, (look) => {
      if (look instanceof Failure) throw look;
      return look;
    });
    return {
      application,
      found: seen.filter((one) => typeof one !== 'string'),
      leftOut: [...idle.map(idleText), ...seen.filter((one) => typeof one === 'string')],
    };
  }, waiting);
}

/** Finds the application. An error about a name in the manifest shows the line of the name. */
async function applicationOf(client: HttpClient, { application: declared }: Fleet, name: FleetName) {
  const isDeclared = declared !== undefined && name.application === declared.name;
  try {
    return await findApplication(client, name, isDeclared ? 'the application in the manifest' : undefined);
  } catch (error) {
    const isPlaced = isDeclared && error instanceof Failure && !(error instanceof HttpFailure);
    throw isPlaced ? atPlace(error, declared.place) : error;
  }
}

/** Chooses the environments: all environments of the manifest, the environments of a pattern, or one. */
function chosen(
  fleet: Fleet,
  among: readonly Environment[],
  { environment: wanted, headBranch }: FleetName,
): Assignment {
  if (wanted === undefined) return assignEnvironments(fleet, among);
  const pattern = patternNamed(fleet, wanted);
  const meant =
    pattern === undefined ? [environmentNamed({ environment: wanted, headBranch }, among)] : among;
  // The environments of the other keys need not exist.
  const keys = fleet.environments.filter(
    ({ isPattern, name }) => isPattern || meant.some((environment) => means(name, environment, among)),
  );
  const assigned = assignEnvironments({ environments: keys }, among).assigned.filter(
    ({ environment, declared }) => (pattern === undefined ? environment === meant[0] : declared === pattern),
  );
  if (pattern !== undefined) return { assigned, idle: assigned.length === 0 ? [pattern] : [] };
  if (assigned.length === 0) throw undeclared(fleet, wanted);
  // The input names it: it counts as an environment with a key of its own, which the step never leaves out.
  const named = assigned.map((one) => ({ ...one, declared: { ...one.declared, isPattern: false } }));
  return { assigned: named, idle: [] };
}

/** Returns the pattern of the manifest that the input `environment` names; undefined for any other text. */
export function patternNamed({ environments }: Fleet, wanted: string): DeclaredEnvironment | undefined {
  return environments.find(({ isPattern, name }) => isPattern && name === wanted);
}

function undeclared({ environments }: Fleet, wanted: string): Failure {
  return new Failure({
    what: `The environment ${quoted(wanted)}`,
    why: `the manifest has no key and no pattern for it. It has ${environments.map(({ name }) => name).join(', ')}`,
    fix: 'Correct environment, or declare it in the manifest',
  });
}

/** Lists an environment's instances. Returns a sentence if it is left out; a `Failure` for wrong names. */
async function lookAt(
  client: HttpClient,
  { environment, declared }: AssignedEnvironment,
  onFound: (environmentId: string) => void,
): Promise<FoundEnvironment | Failure | string> {
  try {
    onFound(environment.id);
    const listed = await listInstances(client, environment, { processes: true, environment: false });
    const instances = pickInstances({ ...listed, environment }, declared.manifest.places);
    return { environment, declared, instances, listings: listed.listings };
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof Cancelled) throw error;
    if (declared.isPattern) {
      if (error instanceof NotThere || error instanceof InDoubt)
        return `${environment.name} is left out: ${stated(error.what, error.why)}.`;
      if (error instanceof HttpFailure && error.status === 404)
        return `${environment.name} is left out: it has been deleted meanwhile.`;
    }
    if (error instanceof HttpFailure) throw error;
    return error;
  }
}

function idleText({ name, place }: DeclaredEnvironment): string {
  return `The pattern ${quoted(name)} (${locationText(place)}) matches no environment.`;
}
