import { rowName } from '../../cloud/compare.ts';
import { type Load, lint, memoryWarning } from '../../cloud/lint.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudPace, cloudService } from '../../cloud/service.ts';
import { type ProcessSpec, processesOfNew } from '../../cloud/spec.ts';
import { CloudStore } from '../../cloud/store.ts';
import type { Listing } from '../../converge/listing.ts';
import { Semaphore } from '../../converge/pace.ts';
import { type Operation, type Place, placeName, type SettledPlan, settledPlan } from '../../converge/plan.ts';
import { plannedRows } from '../../converge/text.ts';
import { type Annotation, Cancelled, Failure, stated } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { maxConcurrency } from '../../http/transport.ts';
import { collecting } from '../../names.ts';
import type { Step } from '../../runner/step.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import { replicasText, scalingOf } from '../report/cloud.ts';
import { awaitCommit } from '../rollout/context.ts';
import type { Session } from '../session.ts';
import type { Scope } from './approval.ts';
import type { AppliedService } from './carry-out.ts';
import { isGone, type Member } from './find-members.ts';

/** The parts of `apply` that are specific to Laravel Cloud. */
export const applied: AppliedService<ProcessSpec, ExistingProcess> = {
  service: cloudService,
  naming: {
    nameOf: rowName,
    particularsOf: (operation) => ({
      ...(operation.place.within === undefined ? {} : { environment: operation.place.within }),
      instance: operation.place.name,
      instance_id: operation.place.id,
      type: 'spec' in operation ? operation.spec.type : operation.process.type,
    }),
  },
  pace: cloudPace,
  limit: `Laravel Cloud lets an organization make ${cloudPace.changes} a minute`,
  explain: 'Numbers are per replica.',
};

export type PlannedMember = Member & Scope & SettledPlan<ProcessSpec, ExistingProcess>;

/**
 * Waits for the commit of `wait-for-commit`, then plans. Leaves out optional environments that were deleted meanwhile.
 * Throws a `Failure` if a plan is ambiguous.
 */
export async function planAll(
  session: Session,
  { file, manifest, prune }: ApplyInputs,
  members: readonly Member[],
): Promise<readonly PlannedMember[]> {
  const { step } = session;
  const count = members.reduce((sum, { instances }) => sum + instances.length, 0);
  const semaphore = new Semaphore(maxConcurrency);
  const waiting = new Set(members.filter(({ rollout }) => rollout.goals.commit !== undefined));
  if (waiting.size > 0) step.doing('waiting for the deployment of the commit');
  const planOne = async (member: Member): Promise<PlannedMember> => {
    const { id, name } = member.environment;
    const environment = await awaitCommit(member.rollout, member.environment).catch((error: unknown) => {
      throw manifest.kind === 'one' ? error : aboutOne(error, name);
    });
    waiting.delete(member);
    if (waiting.size === 0) step.doing(`planning ${file}`);
    // The lists from before the wait are out of date.
    const known = environment === undefined ? member : { ...member, environment, listings: new Map() };
    const planned = await plan(known, session.within(2_000 * count), prune, semaphore);
    const rows = plannedRows(planned.plan.operations, applied.naming);
    return { ...known, ...planned, id, name, rows };
  };
  const plans = await Promise.allSettled(
    members.map(async (member) => {
      try {
        return await planOne(member);
      } catch (error) {
        if (error instanceof Cancelled || !(await isGone(step, member))) throw error;
        return undefined;
      }
    }),
  );
  const broken = plans.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  const urgent = broken.find((error) => error instanceof Cancelled || error instanceof HttpFailure);
  if (urgent !== undefined) throw urgent;
  const planned = collecting('environments of the manifest', plans, (one) => {
    if (one.status === 'fulfilled') return one.value;
    const error: unknown = one.reason;
    throw error;
  });
  const there = planned.filter((one) => one !== undefined);
  warnOnce(step, there);
  return there;
}

/** Returns the error with the environment's name in front. */
function aboutOne(error: unknown, name: string): unknown {
  if (!(error instanceof Failure) || error instanceof Cancelled || error instanceof HttpFailure) return error;
  const { what, why, fix, headline = stated(what, why) } = error;
  return new Failure({ what: `${name}: ${what}`, why, fix, headline: `${name}: ${headline}` });
}

async function plan(
  { instances, manifest, listings, within, environment }: Member,
  session: Session,
  prune: boolean,
  semaphore: Semaphore,
): Promise<SettledPlan<ProcessSpec, ExistingProcess>> {
  const look = async ({ id }: Place): Promise<Listing<ExistingProcess>> => {
    const instance = instances.find((one) => one.id === id);
    return await semaphore.run(() => new CloudStore(session.client, id, { instance }).list());
  };
  const first = await Promise.all(
    instances.map(async (instance, index) => {
      const { id, name } = instance;
      return {
        place: { id, name, within, note: replicasText(scalingOf(instance, environment)) },
        declared: manifest.places[index]?.processes.map(({ spec }) => spec) ?? [],
        listing: listings.get(id) ?? (await look({ id, name })),
      };
    }),
  );
  const how = { service: cloudService, prune };
  return await settledPlan(first, look, how, { runtime: session.runtime('plan') });
}

/** Warns once of each problem: several environments may share the defaults of a file. */
function warnOnce(step: Step, plans: readonly PlannedMember[]): void {
  const unique = new Map(plans.flatMap(warningsOf).map((one) => [JSON.stringify(one), one]));
  for (const { message, place } of unique.values()) step.warn(message, place);
}

function warningsOf(member: PlannedMember): readonly Annotation[] {
  const { instances, manifest, states, plan: planned } = member;
  const { operations } = planned;
  const processesOf = new Map(
    operations.flatMap((one) => ('spec' in one ? [[one.spec, processesIn(one)] as const] : [])),
  );
  const linted = manifest.places.flatMap(({ processes }, index) => {
    const maxReplicas = instances[index]?.maxReplicas;
    return processes.flatMap(({ spec, place }) => {
      const scale = { processes: processesOf.get(spec) ?? processesOfNew, maxReplicas };
      return lint(spec, scale).map((message) => ({ message, place }));
    });
  });
  const tight = instances.flatMap((instance, index) => {
    const staying = operations.filter(({ place, action }) => place.id === instance.id && action !== 'delete');
    const place = states[index]?.place ?? instance;
    const text = memoryWarning({ ...instance, name: placeName(place) }, staying.map(loadOf));
    return text === undefined ? [] : [{ message: text }];
  });
  return [...linted, ...tight];
}

function processesIn(operation: Operation<ProcessSpec, ExistingProcess>): number {
  const changed = 'changes' in operation ? operation.changes['processes']?.to : undefined;
  return Number(changed ?? operation.settings['processes'] ?? processesOfNew);
}

function loadOf(operation: Operation<ProcessSpec, ExistingProcess>): Load {
  const processes = processesIn(operation);
  if ('process' in operation) return { processes, command: operation.process.command };
  return { processes, command: operation.spec.type === 'custom' ? operation.spec.command : undefined };
}
