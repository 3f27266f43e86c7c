import { type Annotation, Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { undefinedIf404 } from '../http/failure.ts';
import { path } from '../http/path.ts';
import { findByName, type Named, NotThere, pickAll } from '../names.ts';
import { poll, type Waiting } from '../time.ts';
import { type Instance, listInstances, type SeenInstances } from './instances.ts';
import { listAll } from './lists.ts';
import { ApplicationResource, BranchResource, EnvironmentResource } from './shapes.ts';

/** An environment as the inputs name it. */
export interface EnvironmentName {
  /** An application's id, slug, name or repository full name. */
  readonly application: string | undefined;
  /** The workflow's repository, which names the application when nothing else does. */
  readonly repository: string | undefined;
  /** An environment's id, slug, name or branch. */
  readonly environment: string;
  /** Are the processes of its instances of interest, too? */
  readonly withProcesses: boolean;
}

export interface Environment {
  readonly id: string;
  /** Its name, or its id where it was given as that. */
  readonly name: string;
}

export interface EnvironmentInstances extends SeenInstances {
  readonly environment: Environment;
}

/** How long to wait for something to appear; looks are made at least once. */
export interface Awaiting extends Waiting {
  readonly log: (line: string) => void;
}

/** Finds the environment, and what is wanted of its instances, waiting for both as long as allowed. */
export async function findInEnvironment<T>(
  client: HttpClient,
  name: EnvironmentName,
  waiting: Awaiting,
  pick: (found: EnvironmentInstances) => T,
): Promise<{ readonly found: EnvironmentInstances; readonly picked: T }> {
  const locate = environmentLocator(client, name);
  let missing: NotThere | undefined;
  const look = async () => {
    try {
      const found = await locate();
      return { found, picked: pick(found) };
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      if (missing === undefined && waiting.deadline.span > 0) {
        waiting.log(
          `${error.what} is not there yet; waiting up to ${Math.round(waiting.deadline.span / 1000)} s for it`,
        );
      }
      missing = error;
      return undefined;
    }
  };
  const located = await poll(look, {
    ...waiting,
    first: 1_000,
    longest: 15_000,
    onProgress: (seconds) =>
      waiting.log(`Still waiting after ${seconds} s: ${missing?.what ?? 'the environment'} is not there yet`),
  });
  if (located !== undefined) return located;
  throw waiting.deadline.span > 0 ? lateFailure(missing, waiting.deadline.span) : neverFailure(missing);
}

/** The instance that a step is about: the one named, or the environment's own of type `app`. */
export function pickInstance(
  { environment, instances }: EnvironmentInstances,
  wanted: string | undefined,
): Instance {
  const where = `in the environment ${environment.name}`;
  const among = wanted === undefined ? instances.filter(({ type }) => type === 'app') : instances;
  if (wanted !== undefined) {
    return findByName({ kind: 'instance', where, wanted, among, namesOf: ({ name }) => [name] });
  }
  const [app, ...others] = among;
  if (app === undefined) {
    const there = instances.map(({ id, name, type }) => `${name} (${id}, ${type})`).join(', ');
    throw new NotThere({
      what: `An instance of type app ${where}`,
      why: there === '' ? 'the environment has no instances' : `there are only ${there}`,
      fix: 'Name one of its instances as instance',
    });
  }
  if (others.length > 0) {
    throw new Failure({
      what: `The instance of type app ${where}`,
      why: `there are ${among.length}: ${among.map(({ id, name }) => `${name} (${id})`).join(', ')}`,
      fix: 'Name the one that is meant as instance',
    });
  }
  return app;
}

/** A look-up that remembers what is settled, so that a wait asks only for what is still missing. */
function environmentLocator(client: HttpClient, name: EnvironmentName): () => Promise<EnvironmentInstances> {
  let applicationId: string | undefined;
  let environment: Environment | undefined;
  let mayBeId = name.environment.startsWith('env-');
  return async () => {
    if (environment === undefined && mayBeId) {
      const seen = await undefinedIf404(() => listInstances(client, name.environment, name.withProcesses));
      if (seen !== undefined) {
        environment = { id: name.environment, name: name.environment };
        return { environment, ...seen };
      }
      // A branch may be called that, too; without an application there is no telling.
      mayBeId = name.application === undefined && name.repository === undefined;
      if (mayBeId) throw noEnvironment(name.environment);
    }
    applicationId ??= await findApplication(client, name);
    environment ??= await findEnvironment(client, applicationId, name.environment);
    return { environment, ...(await listInstances(client, environment.id, name.withProcesses)) };
  };
}

async function findApplication(client: HttpClient, name: EnvironmentName): Promise<string> {
  const { items } = await listAll(
    client,
    { method: 'GET', path: '/applications', what: 'Listing the applications' },
    ApplicationResource,
  );
  const wanted = name.application ?? name.repository;
  if (wanted === undefined) {
    throw new Failure({
      what: 'The application',
      why: 'none was named, and the environment variable GITHUB_REPOSITORY, which is the default, is empty',
      fix: 'Give application',
    });
  }
  try {
    return findByName({
      kind: 'application',
      where: 'in the token’s organization',
      wanted,
      among: items,
      namesOf: ({ attributes }) => [attributes.slug, attributes.name, attributes.repository?.full_name],
    }).id;
  } catch (error) {
    // No application appears by waiting: only environments are made by automation.
    if (error instanceof NotThere)
      throw name.application === undefined ? notOfRepository(error, wanted) : new Failure(error);
    throw error;
  }
}

function notOfRepository({ why, fix }: NotThere, repository: string): Failure {
  return new Failure({
    what: 'The application',
    why: `application was not given, so the one of the workflow’s repository ${repository} was looked for: ${why}`,
    fix: fix?.replace('Correct the input application', 'Set application'),
  });
}

async function findEnvironment(
  client: HttpClient,
  applicationId: string,
  wanted: string,
): Promise<Environment> {
  const { items, included } = await listAll(
    client,
    {
      method: 'GET',
      path: path`/applications/${applicationId}/environments`,
      query: { include: 'branch' },
      what: `Listing the environments of ${applicationId}`,
    },
    EnvironmentResource,
    BranchResource,
  );
  const branches = new Map(included.map(({ id, attributes }) => [id, attributes.name]));
  const { id, attributes } = findByName({
    kind: 'environment',
    where: 'in the application',
    wanted,
    among: items,
    namesOf: ({ attributes: { slug, name }, relationships }) => [
      name,
      slug,
      branches.get(relationships?.branch?.data?.id ?? ''),
    ],
  });
  return { id, name: attributes.name };
}

function noEnvironment(id: string): NotThere {
  return new NotThere({
    what: `The environment "${id}"`,
    why: 'there is none of this id that the token can see',
    fix: 'Correct the input environment',
  });
}

function lateFailure(missing: NotThere | undefined, span: number): Failure {
  const late = `it did not appear within ${Math.round(span / 1000)} s`;
  return new Failure({
    what: missing?.what ?? 'The environment',
    why: `${late}: ${missing?.why ?? ''}`,
    fix: 'Check the name, whether the automation that makes previews is on, or raise wait-for-environment',
    annotations: atPlaces(missing, (message) => `${message} It was waited for: ${late}.`),
  });
}

function neverFailure(missing: NotThere | undefined): Failure {
  return new Failure({
    what: missing?.what ?? 'The environment',
    why: missing?.why ?? 'it is not there',
    fix: `${missing?.fix ?? 'Correct the input environment'}, or, if it is still being made, give wait-for-environment`,
    annotations: atPlaces(missing, (message) => message),
  });
}

/** Its annotations, if they belong to places of a manifest. */
function atPlaces(
  missing: NotThere | undefined,
  tell: (message: string) => string,
): readonly Annotation[] | undefined {
  const placed = missing?.annotations.filter(({ place }) => place !== undefined) ?? [];
  return placed.length === 0 ? undefined : placed.map((one) => ({ ...one, message: tell(one.message) }));
}

/** The instances that a manifest names, in its order. Throws one failure about all that are wrong. */
export function pickInstances(
  { environment, instances }: EnvironmentInstances,
  named: readonly Named[],
): readonly Instance[] {
  const where = `in the environment ${environment.name}`;
  const search = { kind: 'instance', where, among: instances, namesOf: ({ name }: Instance) => [name] };
  return pickAll(named, search, refuseManaged);
}

function refuseManaged({ type }: Instance, { name }: Named): Failure | undefined {
  if (type !== 'managed_queue') return undefined;
  return new Failure({
    what: `The instance "${name}"`,
    why: 'it is a managed queue, whose worker belongs to Laravel Cloud: nothing can be declared there',
    fix: 'Leave it out of the manifest',
  });
}
