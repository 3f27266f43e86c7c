import { type PacedWait, paced } from '../converge/look.ts';
import { Failure } from '../failure.ts';
import { type HttpClient, path } from '../http/client.ts';
import { undefinedIf404 } from '../http/failure.ts';
import { findByName, type Kind, NotThere } from '../names.ts';
import { capitalized, firstOf } from '../text.ts';
import { inSeconds, poll } from '../time.ts';
import {
  byBranch,
  type Environment,
  environmentFrom,
  environmentKinds,
  environmentOf,
} from './environment.ts';
import { type EnvironmentInstances, listInstances } from './instances.ts';
import {
  type ApplicationResource,
  BranchResource,
  ListedApplication,
  ListedEnvironment,
  listAll,
} from './shapes.ts';

export interface EnvironmentName {
  /** An application's id, name, slug or repository full name. */
  readonly application: string | undefined;
  /** The workflow's repository, which names the application by default. */
  readonly repository: string | undefined;
  /** An environment's id, name, slug or branch. */
  readonly environment: string;
  /** The branch of a pull request (`GITHUB_HEAD_REF`). An `environment` equal to it is compared with branches first. */
  readonly headBranch: string | undefined;
  /** True if the list of the instances is to include their processes. */
  readonly withProcesses: boolean;
}

/**
 * Finds the environment, and picks some of its instances. Waits for both until the deadline. Calls `onFound` with the
 * environment's id before it lists the instances.
 */
export async function findInEnvironment<T>(
  client: HttpClient,
  name: EnvironmentName,
  waiting: PacedWait,
  pick: (found: EnvironmentInstances) => T,
  onFound: (environmentId: string) => void = () => undefined,
): Promise<{ readonly found: EnvironmentInstances; readonly picked: T }> {
  let applicationId: string | undefined;
  let environment: Environment | undefined;
  return await waitUntilThere(async () => {
    const known = await environmentById(client, name, onFound);
    if (known !== undefined) return { found: known, picked: pick(known) };
    // A wait keeps the found parts, and requests only the missing parts.
    applicationId ??= (await findApplication(client, name)).id;
    environment ??= environmentNamed(name, await listEnvironments(client, applicationId));
    onFound(environment.id);
    const include = { processes: name.withProcesses, environment: false };
    const found = { ...(await listInstances(client, environment, include)), environment };
    return { found, picked: pick(found) };
  }, waiting);
}

const notLookedYet = new NotThere({ what: 'The environment', why: 'it is not there' });

/** Calls `look` until it no longer throws `NotThere`. Throws a `Failure` at the deadline. */
export async function waitUntilThere<T extends object>(
  look: () => Promise<T>,
  waiting: PacedWait,
): Promise<T> {
  const { span } = waiting.deadline;
  let missing = notLookedYet;
  const tryIt = async (): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      if (missing === notLookedYet && span > 0)
        waiting.log(`${error.what}: not there yet; waiting up to ${inSeconds(span)} for it`);
      missing = error;
      return undefined;
    }
  };
  const located = await poll(paced(tryIt, waiting), (found) => found !== undefined, {
    ...waiting,
    first: 1_000,
    longest: 15_000,
    onProgress: (seconds) => waiting.log(`${missing.what}: still not there after ${seconds} s`),
  });
  if (located !== undefined) return located;
  throw stillMissing(missing, span);
}

const stillCreated = 'If it is still being created, set wait-for-environment';

function stillMissing({ what, why, fix, annotations }: NotThere, span: number): Failure {
  const isPlaced = annotations.every(({ place }) => place !== undefined);
  const late = `none appeared within ${inSeconds(span)}`;
  const advice = span === 0 ? stillCreated : capitalized(late);
  const advised = annotations.map((one) => ({ ...one, message: `${one.message} ${advice}.` }));
  const placed = isPlaced ? advised : undefined;
  if (span === 0) return new Failure({ what, why, fix: `${fix}. ${stillCreated}`, annotations: placed });
  return new Failure({
    what,
    why: `${late}; ${why}`,
    fix: 'Check the name, and whether preview environments are switched on, or raise wait-for-environment',
    annotations: placed,
  });
}

/** Finds an environment by its id. Undefined if there is none: a name may look like an id. */
async function environmentById(
  client: HttpClient,
  { environment: id, headBranch, application, repository, withProcesses }: EnvironmentName,
  onFound: (environmentId: string) => void,
): Promise<EnvironmentInstances | undefined> {
  if (!id.startsWith('env-') || id === headBranch) return undefined;
  onFound(id);
  const include = { processes: withProcesses, environment: true };
  const seen = await undefinedIf404(() => listInstances(client, { id, name: id }, include));
  if (seen !== undefined) return { ...seen, environment: seen.environment ?? environmentOf(id) };
  if (application !== undefined || repository !== undefined) return undefined;
  throw new NotThere({
    what: `The environment "${id}"`,
    why: 'no environment has this id, or the token cannot see it',
    fix: 'Correct environment',
  });
}

const applicationKinds: readonly Kind<ApplicationResource>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ id, attributes }) => attributes?.name ?? id },
  { name: 'slug', of: ({ attributes }) => attributes?.slug },
  {
    name: 'repository',
    of: ({ attributes }) => attributes?.repository?.full_name,
    // GitHub and Laravel Cloud may write it in another case.
    isEqual: (a, b) => a.toLowerCase() === b.toLowerCase(),
  },
];

/** Finds the application that the inputs name, or that deploys the workflow’s repository. */
export async function findApplication(
  client: HttpClient,
  name: Pick<EnvironmentName, 'application' | 'repository'>,
  correct?: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const { items } = await listAll(
    client,
    { method: 'GET', path: '/applications', what: 'Listing the applications' },
    ListedApplication,
  );
  const { application, repository } = name;
  const wanted = application ?? repository;
  if (wanted === undefined) {
    throw new Failure({
      what: 'The application',
      why: 'none was set, and the environment variable GITHUB_REPOSITORY, which is the default, is empty',
      fix: 'Set application',
    });
  }
  try {
    const { id, attributes } = findByName({
      kind: 'application',
      where: 'in the token’s organization',
      wanted,
      correct,
      among: items,
      kinds: applicationKinds,
      only: application === undefined ? 'repository' : undefined,
    });
    return { id, name: attributes?.name ?? id };
  } catch (error) {
    // Waiting does not help: automation creates environments, but no applications.
    if (!(error instanceof NotThere)) throw error;
    throw application === undefined ? noApplicationOf(wanted, items) : new Failure(error);
  }
}

function noApplicationOf(repository: string, applications: readonly ApplicationResource[]): Failure {
  const there = applications.map(
    ({ id, attributes }) => `${attributes?.name ?? id} (${attributes?.repository?.full_name ?? id})`,
  );
  return new Failure({
    what: `No application in Laravel Cloud deploys the repository "${repository}"`,
    ...(there.length === 0
      ? { why: 'the token’s organization has none', fix: 'Check the token' }
      : {
          why: `there ${there.length === 1 ? 'is' : 'are'} ${firstOf(there, 25)}`,
          fix: 'Set application to the one you mean',
        }),
  });
}

export async function listEnvironments(
  client: HttpClient,
  applicationId: string,
): Promise<readonly Environment[]> {
  const { items, included } = await listAll(
    client,
    {
      method: 'GET',
      path: path`/applications/${applicationId}/environments`,
      query: { include: 'branch' },
      what: `Listing the environments of ${applicationId}`,
    },
    ListedEnvironment,
    BranchResource,
  );
  const branches = new Map(included.map(({ id, attributes }) => [id, attributes.name]));
  return items.map((item) => environmentFrom(item, branches.get(item.relationships?.branch?.data?.id ?? '')));
}

/**
 * Finds the environment of this name. Compares the branch of the pull request with branches first, and never takes the
 * preview of another branch for its own, which may not be there yet: `feature/a` has a preview named `feature-a`.
 */
export function environmentNamed(
  { environment: wanted, headBranch }: Pick<EnvironmentName, 'environment' | 'headBranch'>,
  among: readonly Environment[],
): Environment {
  const search = { kind: 'environment', where: 'in the application', wanted } as const;
  if (wanted !== headBranch) return findByName({ ...search, among, kinds: environmentKinds });
  const own = among.filter(({ isPreview, branch = wanted }) => !isPreview || branch === wanted);
  return findByName({ ...search, among: own, kinds: [byBranch, ...environmentKinds] });
}
