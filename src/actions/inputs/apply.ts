import { type CloudFile, otherApplication, parseCloudFile } from '../../cloud/fleet.ts';
import { cloudManifest } from '../../cloud/manifest.ts';
import { cloud } from '../../cloud/service.ts';
import type { Mistake } from '../../failure.ts';
import { forgeManifest } from '../../forge/manifest.ts';
import { forge } from '../../forge/service.ts';
import type { ForgeDeclaration } from '../../forge/spec.ts';
import { pathBelow, readWorkspaceFile } from '../../manifest/file.ts';
import { type Manifest, parseManifest } from '../../manifest/read.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../text.ts';
import { type Connection, checkCharacters, readConnection } from './connection.ts';
import { readOrganization } from './forge.ts';
import { readGoals, readStableFor } from './goals.ts';

/** The reader of a manifest, and the manifest's default path. */
export interface ManifestReader<M> {
  readonly file: string;
  /** Returns the valid parts of the manifest, and all mistakes. */
  parse(text: string, file: string): { readonly content: M; readonly mistakes: readonly Mistake[] };
}

/** The manifest and the inputs about the plan. `M`: the content of the service's manifest. */
type PlanInputs<M> = ReturnType<typeof readPlanInputs<M>>;

/** The inputs of an `apply` of either service, as its report and its approval need them. */
export interface PlanSubject extends PlanInputs<unknown> {
  readonly connection: Connection;
  /** The environment or organization, as the workflow writes it. */
  readonly where: string;
  /** The inputs that name the target. Undefined, and no comment, if a needed input is missing. */
  readonly input: readonly string[] | undefined;
}

/** Reads `manifest`, `prune`, `max-deletes`, `dry-run`, `fail-on-change`, `comment` and `github-token`. */
function readPlanInputs<M>(step: Step, reader: ManifestReader<M>) {
  const { inputs } = step;
  const dryRun = inputs.flag('dry-run', false);
  const failOnChange = inputs.flag('fail-on-change', false);
  if (failOnChange && !dryRun)
    inputs.problem('fail-on-change', 'is for dry-run: true; without dry-run the step makes the changes');
  const gitHubInputs = readGitHubInputs(step);
  return {
    ...readManifest(step, reader),
    prune: inputs.flag('prune', false),
    maxDeletes: inputs.integer('max-deletes', { min: 0 }) ?? 5,
    dryRun,
    failOnChange,
    ...gitHubInputs,
  };
}

/** The largest number of mistakes in one report. */
const maxMistakes = 50;

/** Reads `manifest`. Returns also the file's path below the workspace. */
function readManifest<M>({ inputs, environment }: Step, { file, parse }: ManifestReader<M>) {
  const path = inputs.text('manifest') ?? file;
  const workspace = environment['GITHUB_WORKSPACE'] || process.cwd();
  const read = readWorkspaceFile(workspace, path);
  if ('why' in read) {
    inputs.problem('manifest', `${shorten(path, 200)} ${read.why}`);
    return { file: pathBelow(workspace, path) || path, manifest: parse('', path).content };
  }
  const { mistakes, content } = parse(read.text, read.file);
  for (const mistake of mistakes.slice(0, maxMistakes)) inputs.mistake(mistake);
  if (mistakes.length > maxMistakes) {
    inputs.problem('manifest', `${read.file} has ${mistakes.length - maxMistakes} more problems`);
  }
  return { file: read.file, manifest: content };
}

function readGitHubInputs({ inputs, secrets }: Step) {
  const comment = inputs.flag('comment', false);
  const token = inputs.text('github-token') ?? '';
  if (token !== '') secrets.add(token);
  const isSendable = token === '' || checkCharacters(inputs, 'github-token', token);
  /** With `require`, the merged pull request must have shown the plan. No effect in a dry run. */
  const approvedPlan = inputs.choice('approved-plan', ['ignore', 'require'], 'ignore');
  const needing = [comment && 'comment: true', approvedPlan === 'require' && 'approved-plan: require'];
  for (const what of needing)
    if (what !== false && token === '')
      inputs.problem('github-token', `is empty, and ${what} needs it; leave it out to use the job’s own`);
  // No comment with a token that no header can hold, not even about this problem.
  return { commentInputs: { comment: comment && isSendable, token }, approvedPlan };
}

export type ApplyInputs = ReturnType<typeof readApplyInputs>;

const cloudFile: ManifestReader<CloudFile> = { file: cloudManifest.file, parse: parseCloudFile };

/** Reads all inputs. The caller reports their problems, since the comment on the pull request shows them, too. */
export function readApplyInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const application = inputs.text('application');
  const environment = inputs.text('environment');
  const wait = inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0);
  const planning = readPlanInputs(step, cloudFile);
  const { manifest } = planning;
  const named = application ?? (manifest.kind === 'many' ? manifest.fleet.application?.name : undefined);
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
    input: isUnnamed ? undefined : [application ?? '', environment ?? ''],
    where: environment ?? named ?? step.workflow.repository ?? planning.file,
    application: named,
    /** With a manifest of several environments: one environment, or a pattern of the manifest; undefined for all. */
    environment,
    /** Milliseconds to wait for the environments and the instances to appear. */
    wait,
    goals: planning.dryRun ? { ...goals, commit: undefined } : goals,
  };
}

const forgeFile: ManifestReader<Manifest<ForgeDeclaration>> = {
  file: forgeManifest.file,
  parse(text, file) {
    const { mistakes, ...content } = parseManifest(text, file, forgeManifest);
    return { content, mistakes };
  },
};

export type ForgeApplyInputs = ReturnType<typeof readForgeApplyInputs>;

/** Reads all inputs. The caller reports their problems, since the comment on the pull request shows them, too. */
export function readForgeApplyInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, forge);
  const organization = readOrganization(inputs);
  return {
    connection,
    organization,
    where: organization,
    input: organization === '' ? undefined : [organization],
    ...readPlanInputs(step, forgeFile),
    /** Milliseconds to wait until the new processes are up; 0: the step does not wait. */
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 300),
    stableFor: readStableFor(inputs),
  };
}
