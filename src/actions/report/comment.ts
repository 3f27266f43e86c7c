import { createHash } from 'node:crypto';
import { messageOf } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { keepComment, type StickyComment } from '../../runner/pull-request-comment.ts';
import type { Step } from '../../runner/step.ts';
import { shorten } from '../../text.ts';
import type { PlanSubject } from '../inputs/apply.ts';

/** The key that distinguishes the comments of one pull request. */
export interface CommentKey {
  readonly service: string;
  /** The manifest's path. */
  readonly file: string;
  /** The inputs that name the environment, as the workflow writes them. */
  readonly input: readonly string[];
  /** The ids of the environments or servers. Empty until the step knows them. */
  readonly ids: readonly string[];
}

/** The content of a marker: only hashes, so that no text of a workflow gets into the comment. */
interface Marks {
  /** The hash of the service and the manifest's path. */
  readonly at: string;
  /** A hash for each spelling of the inputs so far, the latest first. */
  readonly inputs: readonly string[];
  readonly ids: string;
}

const noIds = '-';
const mostInputs = 8;
const pattern = /^<!-- laravel-background-process plan at=(\w+) inputs=([\w,]+) ids=(\w+|-) -->/;

/**
 * Returns the comment of a key, with a hidden marker at its start. A step that knows the ids finds the comment by the
 * ids, whatever the spelling of the inputs; a step that fails earlier finds the comment by the inputs.
 */
export function stickyComment(key: CommentKey, text: string): StickyComment {
  const at = hash([key.service, key.file]);
  const input = hash(key.input);
  const ids = key.ids.length === 0 ? noIds : hash([...key.ids].sort());
  const isIt = (marks: Marks): boolean =>
    marks.at === at &&
    ((ids !== noIds && marks.ids === ids) ||
      ((ids === noIds || marks.ids === noIds) && marks.inputs.includes(input)));
  return {
    find(bodies) {
      const found = bodies.filter((body) => {
        const marks = marksOf(body);
        return marks !== undefined && isIt(marks);
      });
      return found.findLast((body) => marksOf(body)?.ids === ids) ?? found.at(-1);
    },
    bodyAfter(old) {
      const before = old === undefined ? undefined : marksOf(old);
      const inputs = [...new Set([input, ...(before?.inputs ?? [])])].slice(0, mostInputs);
      const known = ids === noIds ? (before?.ids ?? noIds) : ids;
      return `<!-- laravel-background-process plan at=${at} inputs=${inputs.join(',')} ids=${known} -->\n${text}`;
    },
  };
}

/** Returns a predicate for bodies of comments: true for a plan of this manifest, whatever its environments. */
export function isPlanOf({ service, file }: Pick<CommentKey, 'service' | 'file'>): (body: string) => boolean {
  const at = hash([service, file]);
  return (body) => marksOf(body)?.at === at;
}

function marksOf(body: string): Marks | undefined {
  const [, at, inputs, ids] = pattern.exec(body) ?? [];
  return at === undefined || inputs === undefined || ids === undefined
    ? undefined
    : { at, inputs: inputs.split(','), ids };
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** GitHub refuses a comment of more than 65,536 characters. Bytes are never fewer. */
export const maxCommentBytes = 65_536;

/** Returns the connection to GitHub; undefined if the run names no repository or no valid address. */
export function gitHubOf(
  { environment, workflow: { repository }, clock, random, log }: Step,
  { commentInputs: { token }, connection: { requestTimeout } }: PlanSubject,
) {
  const apiUrl = environment['GITHUB_API_URL'] || 'https://api.github.com';
  if (repository === undefined || !URL.canParse(apiUrl)) return undefined;
  return { token, apiUrl: new URL(apiUrl), repository, environment, requestTimeout, clock, random, log };
}

/** Milliseconds for the comment after a cancellation: the runner kills a cancelled step after ten seconds. */
const graceAfterStop = 3_000;

/** Creates or updates the comment of this key on the pull request. Only warns if the request fails. */
export async function postComment(
  step: Step,
  inputs: PlanSubject,
  key: CommentKey,
  text: string,
): Promise<void> {
  const { log, cancelled, workflow } = step;
  const { pullRequest } = workflow;
  const gitHub = gitHubOf(step, inputs);
  if (pullRequest === undefined || gitHub === undefined) {
    log.warning('comment: true did nothing, since this run was not started by a pull request.');
    return;
  }
  const cutOff = cancelled.aborted ? AbortSignal.timeout(graceAfterStop) : step.cutOff;
  try {
    const where = { ...gitHub, pullRequest: pullRequest.number, cutOff };
    const posted = await keepComment(where, stickyComment(key, text));
    log.info(`Comment on pull request ${pullRequest.number}: ${posted}`);
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
