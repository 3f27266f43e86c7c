import { cloudManifest } from '../../manifest/cloud-manifest.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { parseManifest } from '../../manifest/parse.ts';
import { readWorkspaceFile } from '../../manifest/read-file.ts';
import type { ProcessSpec } from '../../processes/spec.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../shorten.ts';
import { cloud } from '../shared/cloud-service.ts';
import { type Commenting, readCommenting } from '../shared/commenting-inputs.ts';
import { type Connection, readConnection } from '../shared/connection.ts';
import { type GoingLive, readGoingLive } from '../shared/make-live.ts';

export interface ApplyInputs {
  readonly connection: Connection;
  readonly application: string | undefined;
  readonly environment: string;
  /** Milliseconds to wait for the environment and the instances to appear. */
  readonly wait: number;
  readonly file: string;
  readonly manifest: Manifest<ProcessSpec>;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly goingLive: GoingLive;
  readonly commenting: Commenting;
}

const defaultManifest = '.github/background-processes.yml';
/** More mistakes than these are not worth reading before these are corrected. */
const maxMistakes = 50;

/** Reads all inputs, and leaves what is wrong with them to be judged: a comment tells that, too. */
export function readApplyInputs(step: Step): ApplyInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const environment = inputs.text('environment');
  if (environment === undefined) {
    inputs.problem('environment', 'is needed: the environment’s id, slug, name or branch');
  }
  return {
    connection,
    application: inputs.text('application'),
    environment: environment ?? '',
    wait: inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0),
    ...readManifest(step),
    prune: inputs.flag('prune', false),
    dryRun: inputs.flag('dry-run', false),
    goingLive: readGoingLive(inputs),
    commenting: readCommenting(step),
  };
}

function readManifest({ inputs, environment }: Step): { file: string; manifest: Manifest<ProcessSpec> } {
  const path = inputs.text('manifest') ?? defaultManifest;
  const read = readWorkspaceFile(environment['GITHUB_WORKSPACE'] || process.cwd(), path);
  if ('why' in read) {
    inputs.problem('manifest', `${shorten(path, 200)} ${read.why}`);
    return { file: path, manifest: { places: [] } };
  }
  const { mistakes, ...manifest } = parseManifest(read.text, read.file, cloudManifest);
  for (const mistake of mistakes.slice(0, maxMistakes)) inputs.mistake(mistake);
  if (mistakes.length > maxMistakes) {
    inputs.problem('manifest', `${read.file} has ${mistakes.length - maxMistakes} more mistakes`);
  }
  return { file: read.file, manifest };
}
