import type { Environment } from '../../cloud/environment.ts';
import { type EnvironmentInstances, type Instance, pickInstance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import { CloudStore, PinnedStore } from '../../cloud/store.ts';
import { type EnvironmentName, findInEnvironment } from '../../cloud/target.ts';
import type { Listing } from '../../converge/listing.ts';
import { isId } from '../../runner/inputs.ts';
import type { Step } from '../../runner/step.ts';
import type { ReadAhead } from '../rollout/context.ts';
import type { Session } from '../session.ts';
import { inputOf } from './process.ts';

export type TargetInputs = ReturnType<typeof readTarget>;

export interface Target {
  /** Undefined only for a pinned process, which needs no instance. */
  readonly instanceId: string | undefined;
  readonly instance: Instance | undefined;
  readonly environment: Environment | undefined;
  /** The processes of the instance, if an earlier response included them. */
  readonly listing: Listing<ExistingProcess> | undefined;
}

/**
 * Reads `application`, `environment`, `instance` and `wait-for-environment`. `pinned`: the value of `process-id`, which
 * needs no instance. `whole`: `application` alone may name all environments of the application.
 */
export function readTarget(
  { inputs }: Step,
  { pinned, whole = false }: { readonly pinned?: string | undefined; readonly whole?: boolean },
) {
  const application = inputs.text('application');
  const environment = inputs.text('environment');
  const instance = inputs.text('instance');
  /** Milliseconds to wait for the environment and its instance to appear. */
  const wait = inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0);
  const isWhole = whole && application !== undefined && instance === undefined;
  if (environment === undefined) {
    if (application !== undefined && !isWhole)
      inputs.problem('application', 'has no effect without environment; set both, or only instance');
    if (wait > 0) inputs.problem('wait-for-environment', 'has no effect without environment');
    if (instance === undefined) {
      if (pinned === undefined && !isWhole)
        inputs.problem('environment', 'is empty. Set its branch, name, slug or id, or set instance instead');
    } else if (!isId(instance, 'inst-')) {
      inputs.problem(
        'instance',
        `must be an id such as inst-…, or set environment, too, to say where the cluster "${instance}" is`,
      );
    }
  }
  return { application, environment, instance, wait, pinned };
}

/**
 * Finds the instance; waits for it up to `wait-for-environment`. Where only the environment is named, a pinned process
 * decides. `withProcesses`: also requests the processes.
 */
export async function findCloudTarget(
  session: Session,
  { environment, instance, pinned, ...target }: TargetInputs,
  withProcesses: boolean,
  ahead?: ReadAhead,
): Promise<Target> {
  if (environment === undefined) {
    return { instanceId: instance, instance: undefined, environment: undefined, listing: undefined };
  }
  const isPinned = pinned !== undefined && instance === undefined;
  const { found, picked } = await findEnvironment(
    session,
    { ...target, environment, withProcesses: withProcesses || isPinned },
    (found) => (isPinned && found.instances.length > 0 ? undefined : pickInstance(found, instance)),
    (id) => ahead?.begin(id),
  );
  const own = picked ?? (await holderOf(session, found, pinned)) ?? pickInstance(found, instance);
  session.step.log.info(`Environment ${nameAndId(found.environment)}, cluster ${nameAndId(own)}`);
  return targetOf(found, own);
}

function targetOf({ environment, listings }: EnvironmentInstances, instance: Instance): Target {
  return { instanceId: instance.id, instance, environment, listing: listings.get(instance.id) };
}

/** Returns the instance whose list shows the process. */
async function holderOf(session: Session, found: EnvironmentInstances, processId: string | undefined) {
  for (const instance of found.instances) {
    const { processes } = await openStore(session.within(), targetOf(found, instance)).list();
    if (processes.some(({ id }) => id === processId)) return instance;
  }
  return undefined;
}

/** Finds an environment, and picks from its instances; waits for both up to `wait` milliseconds. */
export async function findEnvironment<T>(
  session: Session,
  { wait, ...name }: Omit<EnvironmentName, 'repository' | 'headBranch'> & Pick<TargetInputs, 'wait'>,
  pick: (found: EnvironmentInstances) => T,
  onFound?: (environmentId: string) => void,
) {
  const { step } = session;
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${name.environment}"`);
  const { client } = session.within(wait);
  return await findInEnvironment(client, { ...name, ...namesIn(step) }, session.waiting(wait), pick, onFound);
}

/** Returns the names that the workflow's run adds to the inputs: its repository, and the branch of a pull request. */
export function namesIn({ workflow }: Step): Pick<EnvironmentName, 'repository' | 'headBranch'> {
  return { repository: workflow.repository, headBranch: workflow.headBranch };
}

/** Returns `production (env-1)`, or only the id if the name is unknown. */
export function nameAndId({ id, name }: { readonly id: string; readonly name: string }): string {
  return name === id ? id : `${name} (${id})`;
}

/** Returns `cluster App (inst-1)`, `clusters a (inst-1), b (inst-2)`, or for more than ten only their number. */
export function allNamed(
  kind: string,
  items: readonly { readonly id: string; readonly name: string }[],
): string {
  if (items.length > 10) return `${items.length} ${kind}s`;
  return `${kind}${items.length === 1 ? '' : 's'} ${items.map(nameAndId).join(', ')}`;
}

/** Opens the instance to work on its processes. `subject`: the subject of the checkpoints. */
export function openTarget(session: Session, target: Target, subject: string) {
  return { service: cloudService, store: openStore(session, target), runtime: session.runtime(subject) };
}

export function openStore({ step, client }: Session, { instanceId, instance, listing }: Target): CloudStore {
  if (instanceId === undefined) throw new Error('only a pinned process needs no instance');
  const fieldName = (field: string) => inputOf(step.inputs, field);
  return new CloudStore(client, instanceId, { instance, listing, fieldName });
}

/** Opens a pinned process. Its instance need not be known. */
export function openPinned(session: Session, { instanceId, instance }: Target, subject: string) {
  const fieldName = (field: string) => inputOf(session.step.inputs, field);
  const store = new PinnedStore(session.client, instanceId ?? '', { instance, fieldName });
  return { service: cloudService, store, runtime: session.runtime(subject) };
}
