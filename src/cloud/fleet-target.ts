import { Cancelled, Failure, locationText } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { atPlace, collecting, NotThere } from '../names.ts';
import { quoted } from '../text.ts';
import type { LoggedWait } from '../time.ts';
import {
  type AssignedEnvironment,
  type Assignment,
  assignEnvironments,
  assignedTo,
  type DeclaredEnvironment,
  type Fleet,
} from './fleet.ts';
import { type Instance, type ListedInstances, listInstances } from './instances.ts';
import {
  type EnvironmentName,
  environmentNamed,
  findApplication,
  type ListedEnvironment,
  listEnvironments,
  pickInstances,
  settled,
  waitUntilThere,
} from './target.ts';

// Finding the environments that a file of many is about, and their instances.

/** What the inputs say about which environments of the file to serve. */
export interface FleetName extends Pick<EnvironmentName, 'application' | 'repository' | 'headBranch'> {
  /** One environment, or a pattern of the file; undefined for all. */
  readonly environment: string | undefined;
}

export interface FoundEnvironment extends Pick<ListedInstances, 'listings'> {
  readonly environment: ListedEnvironment;
  readonly declared: DeclaredEnvironment;
  /** Those that the file names, in its order. */
  readonly instances: readonly Instance[];
}

export interface FoundFleet {
  readonly application: { readonly id: string; readonly name: string };
  readonly found: readonly FoundEnvironment[];
  /** Sentences about what the file names and the step leaves out. */
  readonly leftOut: readonly string[];
}

type Assigned = AssignedEnvironment<ListedEnvironment>;

/**
 * Finds all of them, side by side, and waits for what names mean as long as allowed. What belongs to a pattern is never
 * waited for: a preview that was just created or deleted must not hold up production. `onFound` gets each id before its
 * instances are listed.
 */
export async function findFleet(
  client: HttpClient,
  fleet: Fleet,
  name: FleetName,
  waiting: LoggedWait,
  onFound: (environmentId: string) => void,
): Promise<FoundFleet> {
  const application = settled(() => applicationOf(client, fleet, name));
  const assignment = settled(async () => {
    const { id } = await application();
    return chosen(fleet, await listEnvironments(client, id), name);
  });
  const known = new Map<string, FoundEnvironment | string>();
  return await waitUntilThere(async () => {
    const { assigned, idle } = await assignment();
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
      application: await application(),
      found: seen.filter((one) => typeof one !== 'string'),
      leftOut: [...idle.map(idleText), ...seen.filter((one) => typeof one === 'string')],
    };
  }, waiting);
}

/** A wrong name in the file is a mistake on its line. */
async function applicationOf(client: HttpClient, { application: declared }: Fleet, name: FleetName) {
  if (declared === undefined || name.application !== declared.name)
    return await findApplication(client, name);
  try {
    return await findApplication(client, name, 'the application in the manifest');
  } catch (error) {
    throw error instanceof Failure && !(error instanceof HttpFailure)
      ? atPlace(error, declared.place)
      : error;
  }
}

/** Which environments to serve: all of the file, those of a pattern, or one. */
function chosen(
  fleet: Fleet,
  among: readonly ListedEnvironment[],
  { environment: wanted, headBranch }: FleetName,
): Assignment<ListedEnvironment> {
  if (wanted === undefined) return assignEnvironments(fleet, among);
  const pattern = patternNamed(fleet, wanted);
  const candidates = pattern === undefined ? [environmentNamed(wanted, headBranch, among)] : among;
  const assigned = candidates.flatMap((environment): Assigned[] => {
    const declared = assignedTo(fleet, environment, among);
    const isMeant = declared !== undefined && (pattern === undefined || declared === pattern);
    return isMeant ? [{ environment, declared }] : [];
  });
  if (pattern === undefined && assigned.length === 0) throw undeclared(fleet, wanted);
  return { assigned, idle: pattern !== undefined && assigned.length === 0 ? [pattern] : [] };
}

/** Does the input name a pattern of the file, and so maybe several environments? */
export function patternNamed({ environments }: Fleet, wanted: string): DeclaredEnvironment | undefined {
  return environments.find(({ isPattern, name }) => isPattern && name === wanted);
}

function undeclared({ environments }: Fleet, wanted: string): Failure {
  return new Failure({
    what: `The environment ${quoted(wanted)}`,
    why: `no key and no pattern of the manifest means it; it has ${environments.map(({ name }) => name).join(', ')}`,
    fix: 'Correct environment, or declare it in the manifest',
  });
}

/** Why it is left out, as a sentence; a `Failure` if it must not be. */
async function lookAt(
  client: HttpClient,
  { environment, declared }: Assigned,
  onFound: (environmentId: string) => void,
): Promise<FoundEnvironment | Failure | string> {
  try {
    onFound(environment.id);
    const listed = await listInstances(client, environment.id, { processes: true, environment: false });
    const instances = pickInstances({ ...listed, environment }, declared.manifest.places);
    return { environment, declared, instances, listings: listed.listings };
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof Cancelled) throw error;
    if (declared.isPattern) {
      if (error instanceof NotThere) return `${environment.name} is left out: ${error.what}: ${error.why}.`;
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
