import { messageOf } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { keepComment } from '../../runner/pull-request-comment.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../text.ts';
import { type CommentKey, stickyComment } from './comment-marker.ts';

/**
 * The limit for a comment: GitHub refuses more than 65,536 characters. The step counts bytes, which are never fewer.
 */
export const maxCommentBytes = 65_536;

/** The token, the key and the time limit for a comment on the workflow's pull request. */
export interface PlanComment {
  readonly token: string;
  readonly key: CommentKey;
  /** Milliseconds for one request. */
  readonly requestTimeout: number;
}

/**
 * Returns the connection to GitHub and the run's repository; undefined if the run names no repository or no valid
 * address.
 */
export function gitHubOf(
  { environment, workflow: { repository }, clock, random, log }: Step,
  { token, requestTimeout }: Pick<PlanComment, 'token' | 'requestTimeout'>,
) {
  const apiUrl = environment['GITHUB_API_URL'] || 'https://api.github.com';
  if (repository === undefined || !URL.canParse(apiUrl)) return undefined;
  return { token, apiUrl: new URL(apiUrl), repository, environment, requestTimeout, clock, random, log };
}

/** Milliseconds for the comment after a cancellation: the runner kills a cancelled step after ten seconds. */
const graceAfterStop = 3_000;

/** Creates or updates the comment of this key on the pull request. Only warns if the request fails. */
export async function postComment(step: Step, target: PlanComment, text: string): Promise<void> {
  const { log, cancelled, workflow } = step;
  const { pullRequest } = workflow;
  const gitHub = gitHubOf(step, target);
  if (pullRequest === undefined || gitHub === undefined) {
    log.warning('comment: true did nothing, since this run was not started by a pull request.');
    return;
  }
  const cutOff = cancelled.aborted ? AbortSignal.timeout(graceAfterStop) : step.cutOff;
  try {
    const where = { ...gitHub, pullRequest: pullRequest.number, cutOff };
    const posted = await keepComment(where, stickyComment(target.key, text));
    log.info(`The comment on pull request ${pullRequest.number} was ${posted}`);
  } catch (error) {
    log.warning(`The plan could not be posted as a comment: ${whyNot(error, pullRequest.fromFork)}`);
  }
}

const permissions = 'Give the job permissions: { pull-requests: write }';

function whyNot(error: unknown, fromFork: boolean): string {
  const status = error instanceof HttpFailure ? error.status : undefined;
  if (fromFork && (status === 401 || status === 403 || status === 404))
    return `a run for a fork’s pull request gets a token that can only read (${status}). The step goes on without it.`;
  if (status === 401) return 'GitHub does not accept the token (401). Check github-token.';
  if (status === 403 && error instanceof HttpFailure && /\blocked\b/i.test(error.why))
    return 'the pull request’s conversation is locked (403). The step goes on without it.';
  if (status === 403) return `the token is not allowed to (403). ${permissions}.`;
  if (status === 404)
    return `the token cannot see the pull request (404). Check github-token. ${permissions}.`;
  const why = error instanceof HttpFailure ? error.why : messageOf(error);
  return `${shorten(why, 500).replace(/\.$/, '')}. The step goes on without it.`;
}
