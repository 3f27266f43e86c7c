import { createHash } from 'node:crypto';
import type { StickyComment } from '../../runner/pull-request-comment.ts';

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
