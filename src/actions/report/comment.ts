import { createHash } from 'node:crypto';
import { messageOf } from '../../failure.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../text.ts';

/** GitHub refuses a comment with more characters; bytes are counted, which are never fewer. */
export const maxCommentBytes = 65_536;

/** Where a comment goes: to the pull request of the workflow, under a key that tells several of them apart. */
export interface CommentTarget {
  readonly token: string;
  readonly key: readonly string[];
  /** Milliseconds that one request may take. */
  readonly requestTimeout: number;
}

const gitHubApi = 'https://api.github.com';
const permission = 'the job needs the permission pull-requests: write';
/** The runner kills a step ten seconds after it has told it to stop, in milliseconds. */
const graceAfterStop = 3_000;

/** Puts a text into the pull request's one comment of this key. That it cannot is a warning, never the step's failure. */
export async function postComment(step: Step, target: CommentTarget, text: string): Promise<void> {
  const { pullRequest, repository } = step.workflow;
  const apiUrl = step.environment['GITHUB_API_URL'] || gitHubApi;
  if (pullRequest === undefined || repository === undefined || !URL.canParse(apiUrl)) {
    step.log.warning('comment: true did nothing, since this run was not started by a pull request.');
    return;
  }
  const { environment, log, cancelled } = step;
  const { token, key, requestTimeout } = target;
  const marker = markerOf(key);
  const where = { token, apiUrl: new URL(apiUrl), repository, pullRequest: pullRequest.number };
  const cutOff = cancelled.aborted ? AbortSignal.timeout(graceAfterStop) : step.cutOff;
  try {
    // Only those who want a comment load Octokit.
    const { keepComment } = await import('../../runner/pull-request-comment.ts');
    const body = `${marker}\n${text}`;
    const posted = await keepComment({ ...where, environment, requestTimeout, cutOff }, marker, body);
    log.info(`The comment on pull request ${pullRequest.number} was ${posted}`);
  } catch (error) {
    log.warning(whyNot(error, pullRequest.fromFork));
  }
}

/** What marks a comment as this one's own: hidden in it, at its very start. */
function markerOf(key: readonly string[]): string {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  return `<!-- laravel-background-process apply ${name} -->`;
}

function whyNot(error: unknown, fromFork: boolean): string {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  const said = `The plan could not be put into a comment on the pull request: ${shorten(messageOf(error), 500)}.`;
  if (status !== 401 && status !== 403 && status !== 404) return `${said} The step goes on without it.`;
  return fromFork
    ? `${said} The token of a run for a fork’s pull request can only read; elsewhere ${permission}.`
    : `${said} Check that ${permission}, and what github-token is.`;
}
