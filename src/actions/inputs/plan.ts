import { readWorkspaceFile } from '../../manifest/file.ts';
import { type Manifest, type ManifestKind, parseManifest } from '../../manifest/read.ts';
import { saveMemory } from '../../runner/save-memory.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../text.ts';

/** What is declared, and how to go about it. */
export interface PlanInputs<S> {
  /** Below the workspace. */
  readonly file: string;
  readonly manifest: Manifest<S>;
  readonly prune: boolean;
  /** A plan that deletes more processes is refused. */
  readonly maxDeletes: number;
  readonly dryRun: boolean;
  /** Does a dry run fail when there is anything to change? */
  readonly failOnChange: boolean;
  readonly commenting: Commenting;
}

/** Reads `manifest`, `prune`, `max-deletes`, `dry-run`, `fail-on-change`, `comment` and `github-token`. */
export function readPlanInputs<S>(step: Step, kind: ManifestKind<S>): PlanInputs<S> {
  const { inputs } = step;
  const dryRun = inputs.flag('dry-run', false);
  const failOnChange = inputs.flag('fail-on-change', false);
  if (failOnChange && !dryRun)
    inputs.problem('fail-on-change', 'is for dry-run: true; without it, what is not as declared is changed');
  return {
    ...readManifest(step, kind),
    prune: inputs.flag('prune', false),
    maxDeletes: inputs.integer('max-deletes', { min: 0 }) ?? 5,
    dryRun,
    failOnChange,
    commenting: readCommenting(step),
  };
}

/** More mistakes than these are not worth reading before these are corrected. */
const maxMistakes = 50;
/** So many characters declare a hundred processes and more. */
const longManifest = 8_000;

function readManifest<S>(
  { inputs, environment }: Step,
  kind: ManifestKind<S>,
): Pick<PlanInputs<S>, 'file' | 'manifest'> {
  const path = inputs.text('manifest') ?? kind.file;
  const read = readWorkspaceFile(environment['GITHUB_WORKSPACE'] || process.cwd(), path);
  if ('why' in read) {
    inputs.problem('manifest', `${shorten(path, 200)} ${read.why}`);
    return { file: path, manifest: { places: [] } };
  }
  if (read.text.length > longManifest) saveMemory();
  const { mistakes, ...manifest } = parseManifest(read.text, read.file, kind);
  for (const mistake of mistakes.slice(0, maxMistakes)) inputs.mistake(mistake);
  if (mistakes.length > maxMistakes) {
    inputs.problem('manifest', `${read.file} has ${mistakes.length - maxMistakes} more problems`);
  }
  return { file: read.file, manifest };
}

/** Whether the plan goes into a comment on the pull request, and with which token of GitHub. */
export interface Commenting {
  readonly comment: boolean;
  readonly token: string;
}

/** Reads `comment` and `github-token`. */
function readCommenting({ inputs, secrets }: Step): Commenting {
  const comment = inputs.flag('comment', false);
  const token = inputs.text('github-token') ?? '';
  if (token !== '') secrets.add(token);
  if (comment && token === '') {
    inputs.problem('github-token', 'is empty, and comment: true needs it; leave it out to use the job’s own');
  }
  return { comment, token };
}
