import { messageOf } from '../../failure.ts';
import type { Step } from '../../runner/step.ts';
import { commentBody, markerFor } from '../shared/comment-body.ts';
import type { ApplyInputs } from './inputs.ts';
import { cellsOf, columns, headOf, type Report, tailOf } from './report.ts';

const gitHubApi = 'https://api.github.com';
const permission = 'Give the job the permission pull-requests: write';

/** Shows the report in the pull request's comment. That it cannot is a warning, never the step's failure. */
export async function postComment(step: Step, inputs: ApplyInputs, report: Report): Promise<void> {
  const { comment, token } = inputs.commenting;
  if (!comment || step.cancelled.aborted) return;
  const { pullRequest, repository } = step.workflow;
  const apiUrl = step.environment['GITHUB_API_URL'] || gitHubApi;
  if (pullRequest === undefined || repository === undefined || !URL.canParse(apiUrl)) {
    step.log.warning('comment: true did nothing, since this run was not started by a pull request.');
    return;
  }
  const marker = markerFor([inputs.application ?? repository, inputs.environment, inputs.file]);
  const content = {
    title: 'Laravel Cloud background processes',
    head: headOf(report),
    columns,
    rows: report.operations.map(cellsOf),
    tail: tailOf(report),
  };
  const body = commentBody(marker, content, (text) => step.secrets.redact(text));
  try {
    // Only those who want a comment load Octokit.
    const { keepComment } = await import('../../github-api/comment.ts');
    const { requestTimeout } = inputs.connection;
    const where = { token, apiUrl: new URL(apiUrl), repository, pullRequest: pullRequest.number };
    const posted = await keepComment({ ...step, ...where, requestTimeout }, marker, body);
    step.log.info(`The comment on pull request ${pullRequest.number} was ${posted}`);
  } catch (error) {
    step.log.warning(whyNot(error, pullRequest.fromFork));
  }
}

function whyNot(error: unknown, fromFork: boolean): string {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  const said = `The plan could not be put into a comment on the pull request: ${messageOf(error).slice(0, 500)}.`;
  if (status !== 401 && status !== 403 && status !== 404) return `${said} The step goes on without it.`;
  return fromFork
    ? `${said} The token of a run for a fork’s pull request can only read; elsewhere the job needs the permission pull-requests: write.`
    : `${said} ${permission}, and check github-token.`;
}
