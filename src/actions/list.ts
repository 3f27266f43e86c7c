import { setOptions } from '../cloud/compare.ts';
import { type RunningInstance, writeCloudFleet, writeCloudManifest } from '../cloud/manifest.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloud } from '../cloud/service.ts';
import { describe, type ProcessSpec } from '../cloud/spec.ts';
import { doubtText } from '../converge/listing.ts';
import type { Outputs, Step } from '../runner/step.ts';
import { processCount } from '../text.ts';
import { readConnection } from './inputs/connection.ts';
import { readTarget } from './inputs/target.ts';
import { labelOf, type Running, type RunningPlace, readRunning } from './read-running.ts';
import { idOutputs, sayAllSleep, saySleep } from './report/cloud.ts';
import { type Statuses, schemaUrl, showListed } from './report/list.ts';
import { withSession } from './session.ts';
import { readStatuses, readStatusInputs, requireStatus } from './status.ts';

/** Lists the background processes of a Laravel Cloud instance or environment, and writes them as a manifest. */
export async function runList(step: Step): Promise<void> {
  const { connection, target, type, status } = readInputs(step);
  await withSession(step, connection, async (session) => {
    const { places: all, ...where } = await readRunning(session, target);
    const { environment, environments } = where;
    const places = all.map((place) => ({
      ...place,
      processes: place.processes.filter((process) => type === undefined || process.type === type),
    }));
    const options = {
      schemaUrl: schemaUrl(step, 'background-processes'),
      notes:
        type === undefined
          ? []
          : [`Only processes of type ${type}: with prune, apply would delete the others.`],
    };
    const manifest =
      environments === undefined
        ? writeCloudManifest(places.map(asWritten), options)
        : writeCloudFleet(
            environments.map((one) => ({
              ...one,
              instances: places.filter(({ within }) => within?.id === one.id).map(asWritten),
            })),
            target.application ?? '',
            options,
          );
    sayAllSleep(step, environments ?? []);
    saySleep(step, environment);
    const running = { ...where, places };
    const statuses = status.window > 0 ? await readStatuses(session, running, status.window) : undefined;
    logPlaces(step, places, statuses);
    step.output({ ...outputsFor(running, statuses), 'manifest-yaml': manifest });
    showListed(step, running, { type, manifest, statuses, isGate: status.required.length > 0 });
    if (statuses !== undefined) requireStatus(step, status, statuses);
  });
}

function readInputs(step: Step) {
  const { inputs } = step;
  const read = {
    connection: readConnection(step, cloud),
    target: readTarget(step, { whole: true }),
    type: readType(step),
    status: readStatusInputs(inputs),
  };
  const { application, environment, instance } = read.target;
  if (application !== undefined && (environment ?? instance) === undefined && read.status.window > 0)
    inputs.problem('status-window', 'needs environment or instance: each environment has a log of its own');
  inputs.done();
  return read;
}

function readType({ inputs }: Step): ProcessSpec['type'] | undefined {
  return inputs.text('type') === undefined
    ? undefined
    : inputs.choice('type', ['worker', 'custom'], 'worker');
}

function logPlaces({ log, warn }: Step, places: readonly RunningPlace[], statuses: Statuses): void {
  for (const place of places) {
    const { length } = place.processes;
    log.group(
      `${labelOf(place)}: ${processCount(length)}`,
      place.processes.map((process) =>
        [
          process.id,
          describe(process),
          `× ${process.processes ?? 'unknown'}`,
          statuses?.get(process.id)?.status,
        ]
          .filter((part) => part !== undefined)
          .join('  '),
      ),
    );
    for (const process of place.processes.filter(({ doubt }) => doubt !== undefined))
      warn(`Not understood: ${doubtText(process)}.`);
  }
}

function outputsFor({ environment, places }: Running, statuses: Statuses): Outputs {
  const processes = places.flatMap((place) =>
    place.processes.map((process) => ({
      ...listedText(process, place),
      ...(statuses === undefined ? {} : { status: statuses.get(process.id)?.status ?? 'unknown' }),
    })),
  );
  const [only, ...others] = places;
  const [environmentId, ...otherEnvironments] = new Set(
    places.map(({ within, instance }) => environment?.id ?? within?.id ?? instance?.environmentId),
  );
  return {
    'processes-json': JSON.stringify(processes),
    ...idOutputs(processes),
    'instance-id': others.length === 0 ? (only?.id ?? '') : '',
    'environment-id': otherEnvironments.length === 0 ? (environmentId ?? '') : '',
  };
}

function listedText(process: ExistingProcess, place: RunningPlace) {
  return {
    id: process.id,
    type: process.type,
    processes: process.processes ?? null,
    command: process.command,
    config: setOptions(process.config),
    strategy: process.strategy,
    strategy_threshold: process.strategyThreshold,
    created_at: process.createdAt,
    instance_id: place.id,
    instance: place.name,
    ...(place.within === undefined
      ? {}
      : { environment: place.within.name, environment_id: place.within.id }),
  };
}

function asWritten(place: RunningPlace): RunningInstance {
  const { id, name, instance, processes } = place;
  return { id, name, type: instance?.type ?? '', processes };
}
