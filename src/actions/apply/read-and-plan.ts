import type { Instance } from '../../cloud/instance.ts';
import { pickInstances } from '../../cloud/manifest-instances.ts';
import { CloudProcessStore } from '../../cloud/process-store.ts';
import { type Environment, findInEnvironment } from '../../cloud/target.ts';
import type { HttpClient } from '../../http/client.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { lint } from '../../processes/lint.ts';
import type { Listing } from '../../processes/listing.ts';
import { Limit } from '../../processes/plan/limit.ts';
import { ambiguousPlan, type PlaceState, type Plan, planFor } from '../../processes/plan/plan.ts';
import { raceDelays } from '../../processes/race-delays.ts';
import { cloudRules } from '../../processes/rules.ts';
import { skipRepeats } from '../../processes/skip-repeats.ts';
import { type ProcessSpec, processesOfNew } from '../../processes/spec.ts';
import type { Step } from '../../runner/step.ts';
import { waitingFor } from '../../time/poll.ts';
import type { ReadPlan } from '../shared/apply-plan.ts';
import { maxConcurrency, workDeadline } from '../shared/connection.ts';
import { named } from '../shared/target-inputs.ts';
import type { ApplyInputs } from './inputs.ts';

type CloudState = PlaceState<ProcessSpec, ExistingProcess>;

/** What the manifest declares next to what there is. */
export interface CloudPlan extends ReadPlan<ProcessSpec, ExistingProcess> {
  readonly environment: Environment;
  readonly instances: readonly Instance[];
}

/** Reads what there is, and plans. Throws a `Failure` when the plan would have to guess. */
export async function readAndPlan(step: Step, client: HttpClient, inputs: ApplyInputs): Promise<CloudPlan> {
  const { environment, instances, seen } = await findInstances(step, client, inputs);
  step.doing(`planning ${inputs.file}`);
  const patient = client.within(workDeadline(step, inputs.connection, 2_000 * instances.length));
  const limit = new Limit(maxConcurrency);
  const look = async (instance: Instance): Promise<Listing<ExistingProcess>> =>
    await limit.run(() => new CloudProcessStore(patient, instance.id, { instance }).list());
  const listings = new Map(seen);
  const lookAt = async (ones: readonly Instance[]): Promise<void> => {
    await Promise.all(ones.map(async (instance) => listings.set(instance.id, await look(instance))));
  };
  const statesNow = (): CloudState[] =>
    instances.flatMap((place, index) => {
      const listing = listings.get(place.id);
      const declared = inputs.manifest.places[index]?.processes.map(({ spec }) => spec) ?? [];
      return listing === undefined ? [] : [{ place, declared, listing }];
    });

  await lookAt(instances.filter(({ id }) => !listings.has(id)));
  let plan = planFor(statesNow(), cloudRules, inputs);
  const delays = raceDelays(step.clock, step.random, step.cancelled);
  const tell = skipRepeats((line) => step.log.info(line));
  for (const pause of delays.settle()) {
    if (plan.contested.length === 0) break;
    const ids = new Set(plan.contested.map(({ id }) => id));
    const names = plan.contested.map(({ name }) => name).join(', ');
    tell(`More processes match than are declared (${names}); looking again, in case runs are racing`);
    await delays.wait(pause);
    await lookAt(instances.filter(({ id }) => ids.has(id)));
    plan = planFor(statesNow(), cloudRules, inputs);
  }
  if (plan.ambiguous.length > 0) throw ambiguousPlan(plan.ambiguous, cloudRules);
  warnOf(step, inputs.manifest, instances, plan);
  return { environment, instances, states: statesNow(), plan };
}

/** Warns of what is likely to go wrong with what is declared, where it is declared. */
function warnOf(
  step: Step,
  { places }: Manifest<ProcessSpec>,
  instances: readonly Instance[],
  { operations }: Plan<ProcessSpec, ExistingProcess>,
): void {
  const processesOf = new Map(
    operations.flatMap((one) => ('spec' in one ? [[one.spec, one.settings['processes']] as const] : [])),
  );
  for (const [index, { processes }] of places.entries()) {
    const maxReplicas = instances[index]?.maxReplicas;
    for (const { spec, place } of processes) {
      const scale = { processes: Number(processesOf.get(spec) ?? processesOfNew), maxReplicas };
      for (const line of lint(spec, scale)) step.log.warning(line, place);
    }
  }
}

async function findInstances(
  step: Step,
  client: HttpClient,
  { application, connection, environment, manifest, wait }: ApplyInputs,
): Promise<{
  environment: Environment;
  instances: readonly Instance[];
  /** What the way to them has shown already. */
  seen: ReadonlyMap<string, Listing<ExistingProcess>>;
}> {
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${environment}"`);
  const { found, picked } = await findInEnvironment(
    client.within(workDeadline(step, connection, wait)),
    { application, environment, repository: step.workflow.repository, withProcesses: true },
    { ...waitingFor(step, wait), log: (line) => step.log.info(line) },
    (candidates) => pickInstances(candidates, manifest.places),
  );
  const names = picked.map(named).join(', ');
  step.log.info(`Environment ${named(found.environment)}, instances ${names}`);
  return { environment: found.environment, instances: picked, seen: found.listings };
}
