import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const PullRequestEvent = v.object({
  pull_request: v.object({
    number: v.number(),
    head: v.object({ repo: v.nullish(v.object({ full_name: v.string() })) }),
    base: v.object({ repo: v.object({ full_name: v.string() }) }),
  }),
});

export interface PullRequest {
  readonly number: number;
  /** Its head is in another repository, so that its workflows get no secrets. */
  readonly fromFork: boolean;
}

/** What the runner tells about the workflow run in its environment. */
export interface Workflow {
  /** `owner/name`, or undefined outside of a runner. */
  readonly repository: string | undefined;
  /** Who started the run: `dependabot[bot]` runs get no secrets either. */
  readonly actor: string | undefined;
  readonly pullRequest: PullRequest | undefined;
}

export function readWorkflow(environment: NodeJS.ProcessEnv): Workflow {
  return {
    repository: environment['GITHUB_REPOSITORY'] || undefined,
    actor: environment['GITHUB_ACTOR'] || undefined,
    pullRequest: readPullRequest(environment['GITHUB_EVENT_PATH']),
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
  return { number, fromFork: head.repo?.full_name !== base.repo.full_name };
}
