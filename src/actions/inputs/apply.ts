import { type CloudFile, otherApplication, parseCloudFile } from '../../cloud/fleet.ts';
import { cloudManifest } from '../../cloud/manifest.ts';
import { cloud } from '../../cloud/service.ts';
import type { Step } from '../../runner/step.ts';
import { readConnection } from './connection.ts';
import { readGoals } from './goals.ts';
import { type ManifestReader, readPlanInputs } from './plan.ts';

export type ApplyInputs = ReturnType<typeof readApplyInputs>;

const reader: ManifestReader<CloudFile> = { file: cloudManifest.file, parse: parseCloudFile };

/** Reads all inputs. The caller reports their problems, since the comment on the pull request shows them, too. */
export function readApplyInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const application = inputs.text('application');
  const environment = inputs.text('environment');
  const wait = inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0);
  const planning = readPlanInputs(step, reader);
  const { manifest } = planning;
  const why = manifest.kind === 'many' ? otherApplication(manifest.fleet, application) : undefined;
  if (why !== undefined) inputs.problem('application', why);
  const goals = readGoals(inputs);
  // No problem for an unreadable file, which has no places here: it may be a manifest with environments.
  const isOne = manifest.kind === 'one' && manifest.manifest.places.length > 0;
  const isUnnamed = isOne && environment === undefined;
  if (isUnnamed)
    inputs.problem(
      'environment',
      'is needed: the environment’s id, slug, name or branch; only a manifest with environments can do without',
    );
  return {
    ...planning,
    connection,
    /**
     * The inputs that name the subject of the plan, as the workflow writes them; undefined if a needed input is
     * missing.
     */
    input: isUnnamed ? undefined : [application ?? '', environment ?? ''],
    application: application ?? (manifest.kind === 'many' ? manifest.fleet.application?.name : undefined),
    /** With a manifest of several environments: one environment, or a pattern of the manifest; undefined for all. */
    environment,
    /** Milliseconds to wait for the environments and the instances to appear. */
    wait,
    goals: planning.dryRun ? { ...goals, commit: undefined } : goals,
  };
}
