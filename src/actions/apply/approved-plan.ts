import type { PlanRow } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { readMergedComments } from '../../runner/pull-request-comment.ts';
import type { Step } from '../../runner/step.ts';
import { bullets, counted, shorten } from '../../text.ts';
import type { PlanInputs } from '../inputs/apply.ts';
import { type Approval, approvalIn, changesSomething, differences } from '../report/approval.ts';
import { gitHubOf, isPlanOf } from '../report/comment.ts';

/** An environment or a server with the rows of its plan. */
export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly PlanRow[];
  /**
   * True for an environment that matched a pattern, such as `preview/*`: the step skips it if the pull request has not
   * shown it.
   */
  readonly isOptional?: boolean;
}

interface ApprovalInputs extends Pick<PlanInputs<unknown>, 'file' | 'commentInputs' | 'approvedPlan'> {
  readonly connection: { readonly requestTimeout: number };
}

const goOn =
  'Nothing was changed. Show this plan in the dry run of a new pull request, or run the job once without approved-plan: require';

/**
 * With `approved-plan: require`, throws a `Failure` for a plan that the merged pull request has not shown. Returns the
 * ids of optional environments to skip. A plan without changes needs no approval.
 */
export async function requireApproval(
  step: Step,
  service: string,
  inputs: ApprovalInputs,
  scopes: readonly Scope[],
): Promise<ReadonlySet<string>> {
  const changing = scopes.filter(({ rows }) => rows.some(changesSomething));
  if (inputs.approvedPlan !== 'require' || changing.length === 0) return new Set();
  step.doing('reading the plan in the pull request');
  const approvals = await readApprovals(step, service, inputs);
  const left = new Set<string>();
  const lines = changing.flatMap((scope) => {
    const covering = approvals.flatMap((approval) => {
      const rows = Object.hasOwn(approval, scope.id) ? approval[scope.id] : undefined;
      return rows === undefined ? [] : [differences(rows, scope.rows, step.secrets)];
    });
    if (covering.some((different) => different.length === 0)) return [];
    if (covering.length === 0 && scope.isOptional === true) {
      left.add(scope.id);
      step.log.notice(`${scope.name} is skipped: it is not in the pull request's plan.`);
      return [];
    }
    return (covering.at(-1) ?? differences([], scope.rows, step.secrets)).map(
      (line) => `${scope.name}: ${line}`,
    );
  });
  if (lines.length === 0) return left;
  const shown = lines.map((line) => shorten(line, 500));
  throw new Failure({
    what: 'The plan is not the approved one',
    why: `\n${bullets(shown)}\n`,
    fix: goOn,
    headline: `Not approved: ${counted(lines.length, 'difference', 'differences')} from the plan in the pull request`,
  });
}

async function readApprovals(
  step: Step,
  service: string,
  { file, commentInputs, connection }: ApprovalInputs,
): Promise<readonly Approval[]> {
  const { GITHUB_SHA: sha, GITHUB_REF_NAME: branch } = step.environment;
  const { token } = commentInputs;
  const gitHub = gitHubOf(step, { token, requestTimeout: connection.requestTimeout });
  if (gitHub === undefined || !sha || !branch)
    throw notKnown('GITHUB_SHA, GITHUB_REF_NAME or GITHUB_REPOSITORY is empty');
  const target = { ...gitHub, cutOff: step.cancelled };
  const isIt = isPlanOf({ service, file });
  try {
    const comments = await readMergedComments(target, { sha, branch }, isIt);
    if (comments === undefined)
      throw notKnown(`no pull request was merged into ${branch} as commit ${sha.slice(0, 7)}`);
    const { bodies, isEdited } = comments;
    const approvals = bodies.map(approvalIn).filter((approval) => approval !== undefined);
    if (approvals.length === 0 && isEdited)
      throw notKnown(`somebody else has edited the comment with the plan of ${file}`);
    if (approvals.length === 0)
      throw notKnown(`the pull request has no comment with a whole plan of ${file} by this token`);
    return approvals;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw notKnown(error.why, fixFor(error.status));
  }
}

function fixFor(status: number | undefined): string | undefined {
  if (status === 401 || status === 403 || status === 404)
    return 'Give the job permissions: { pull-requests: read }, and check github-token';
  const isTemporary = status === undefined || status === 408 || status === 429 || status >= 500;
  return isTemporary ? 'Run the job again later' : undefined;
}

function notKnown(why: string, fix?: string): Failure {
  return new Failure({
    what: 'The approval could not be found',
    why,
    fix: fix === undefined ? goOn : `${fix}. Nothing was changed`,
  });
}
