import { createHash } from 'node:crypto';
import type { StickyComment } from '../../runner/pull-request-comment.ts';

/** What tells the comments of one pull request apart. */
export interface CommentKey {
  readonly service: string;
  /** The manifest's path. */
  readonly file: string;
  /** The inputs that name what the plan is about, as they are written. */
  readonly input: readonly string[];
  /** The ids of what the plan is about. Empty as long as the step does not know them. */
  readonly ids: readonly string[];
}

/** What stands in a marker: hashes, so that no text of a workflow gets into the comment. */
interface Marks {
  /** Of the service and the manifest. */
  readonly at: string;
  /** Of each way in which the inputs were written so far, the latest first. */
  readonly inputs: readonly string[];
  readonly ids: string;
}

const noIds = '-';
const mostInputs = 8;
const pattern = /^<!-- laravel-background-process plan at=(\w+) inputs=([\w,]+) ids=(\w+|-) -->/;

/**
 * The one comment of a key, under a marker that is hidden at its very start. A step that knows the ids finds the comment
 * by them, however the inputs are written; a step that fails before it knows them, by the inputs.
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

/** Is a body a comment about a plan of this manifest, whatever it is about? */
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
