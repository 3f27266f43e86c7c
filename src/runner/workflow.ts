import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import * as v from 'valibot';

const PullRequestEvent = v.object({
  pull_request: v.object({
    number: v.number(),
    head: v.object({
      sha: v.optional(v.string()),
      repo: v.nullish(v.object({ full_name: v.string() })),
    }),
    base: v.object({ repo: v.object({ full_name: v.string() }) }),
  }),
});

export interface PullRequest {
  readonly number: number;
  /** True for a pull request from another repository. Its workflows get no secrets. */
  readonly fromFork: boolean;
  /** The commit to be merged. The run itself works on a merge of this commit into the base branch. */
  readonly head: string | undefined;
}

export interface Workflow {
  /** The repository as `owner/name`; undefined outside a runner. */
  readonly repository: string | undefined;
  readonly headBranch: string | undefined;
  /** The user who started the run. Runs of `dependabot[bot]` get no secrets either. */
  readonly actor: string | undefined;
  readonly pullRequest: PullRequest | undefined;
  readonly run: { readonly id: string; readonly url: string } | undefined;
  /** The commit of the run: the head of a pull request, else `GITHUB_SHA`. */
  readonly commit: { readonly sha: string; readonly url: string } | undefined;
}

export function readWorkflow(environment: NodeJS.ProcessEnv): Workflow {
  const repository = environment['GITHUB_REPOSITORY'] || undefined;
  const pullRequest = readPullRequest(environment['GITHUB_EVENT_PATH']);
  const home = `${environment['GITHUB_SERVER_URL'] || 'https://github.com'}/${repository}`;
  const id = environment['GITHUB_RUN_ID'];
  const sha = pullRequest?.head ?? environment['GITHUB_SHA'];
  return {
    repository,
    headBranch: environment['GITHUB_HEAD_REF'] || undefined,
    actor: environment['GITHUB_ACTOR'] || undefined,
    pullRequest,
    run: repository !== undefined && id ? { id, url: `${home}/actions/runs/${id}` } : undefined,
    commit: repository !== undefined && sha ? { sha, url: `${home}/commit/${sha}` } : undefined,
  };
}

function readPullRequest(path: string | undefined): PullRequest | undefined {
  if (!path) return undefined;
  let event: unknown;
  try {
    event = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(PullRequestEvent, event);
  if (!parsed.success) return undefined;
  const { number, head, base } = parsed.output.pull_request;
  // A deleted fork leaves a null repository behind.
  return { number, fromFork: head.repo?.full_name !== base.repo.full_name, head: head.sha };
}

/**
 * Returns the path of a workspace file in its repository, for annotations: `actions/checkout` can put the repository
 * into a folder of the workspace.
 */
export function repositoryPath(workspace: string, file: string): string {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (existsSync(join(workspace, folder, '.git'))) return relative(folder, file).replaceAll(sep, '/');
  }
  return file;
}
