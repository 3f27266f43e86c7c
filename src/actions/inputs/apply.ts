import { type CloudFile, type Fleet, otherApplication, parseCloudFile } from '../../cloud/fleet.ts';
import { cloudManifest } from '../../cloud/manifest.ts';
import { cloud } from '../../cloud/service.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import type { Manifest } from '../../manifest/read.ts';
import type { Step } from '../../runner/step.ts';
import { type GoingLive, readGoingLive } from '../rollout.ts';
import { type Connection, readConnection } from './connection.ts';
import { type ManifestReader, type PlanInputs, readPlanInputs } from './plan.ts';

/** What does not depend on how many environments the manifest is about. */
interface Common<M> extends PlanInputs<M> {
  readonly connection: Connection;
  readonly application: string | undefined;
  /** Milliseconds to wait for the environments and the instances to appear. */
  readonly wait: number;
  readonly goingLive: GoingLive;
}

/** `apply` for a manifest of one environment. */
export interface ApplyInputs extends Common<Manifest<ProcessSpec>> {
  readonly kind: 'one';
  readonly environment: string;
}

/** `apply` for a manifest of many. */
export interface FleetInputs extends Common<Fleet> {
  readonly kind: 'many';
  /** One environment, or a pattern of the manifest; undefined for all. */
  readonly environment: string | undefined;
}

const reader: ManifestReader<CloudFile> = { file: cloudManifest.file, parse: parseCloudFile };

/** Reads all inputs, and leaves what is wrong with them to be judged: a comment tells that, too. */
export function readApplyInputs(step: Step): ApplyInputs | FleetInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const application = inputs.text('application');
  const environment = inputs.text('environment');
  const wait = inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0);
  const { manifest: content, ...planning } = readPlanInputs(step, reader);
  const common = { ...planning, connection, wait, goingLive: readGoingLive(inputs) };
  if (content.kind === 'many') {
    const { kind, fleet } = content;
    const why = otherApplication(fleet, application);
    if (why !== undefined) inputs.problem('application', why);
    return {
      ...common,
      kind,
      manifest: fleet,
      application: application ?? fleet.application?.name,
      environment,
    };
  }
  if (environment === undefined)
    inputs.problem(
      'environment',
      'is needed: the environment’s id, slug, name or branch; only a manifest with environments can do without',
    );
  return { ...common, ...content, application, environment: environment ?? '' };
}
