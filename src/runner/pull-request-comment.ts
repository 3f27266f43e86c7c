import * as v from 'valibot';
import { type HttpCall, type HttpClient, openClient, path } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import type { ServiceHints } from '../http/hints.ts';
import { backoff, type Clock, Deadline, type Random } from '../time.ts';

/** The pull request of a comment, and the connection to GitHub. */
export interface CommentTarget {
  readonly token: string;
  /** The base address of GitHub's API: `https://api.github.com`, or the address of a GitHub Enterprise Server. */
  readonly apiUrl: URL;
  /** The repository as `owner/name`. */
  readonly repository: string;
  readonly pullRequest: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly requestTimeout: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted some seconds after a cancellation: until then the comment can report it. */
  readonly cutOff: AbortSignal;
  readonly log: { info(line: string): void; debug(line: string): void };
}

export interface StickyComment {
  /** Returns the body of this comment among the bodies of all comments; undefined if there is none. */
  find(bodies: readonly string[]): string | undefined;
  /** Returns the new body, whose first line is the marker. `old`: the existing body. */
  bodyAfter(old: string | undefined): string;
}

export type Posted = 'created' | 'updated' | 'unchanged';

const hints: ServiceHints = {
  service: 'GitHub',
  unauthorized: 'Check github-token',
  forbidden: 'Give the job permissions: { pull-requests: write }',
  notFound: 'Check that github-token may see the pull request',
  tooMany: 'GitHub counts the requests of this token; run the job again later',
  limitsWith403: true,
};

/** The largest number of pages: ten thousand comments. */
const maxPages = 100;
const pageSize = 100;
/** The author of comments written with a job's own token. */
const workflowBot = 'github-actions[bot]';
/** Milliseconds for retries after a request that may have taken effect, and the pauses between the retries. */
const keepTrying = 60_000;
const pauses = { first: 1_000, longest: 8_000 } as const;

const User = v.object({ login: v.string(), type: v.nullish(v.string()) });
const Comments = v.array(
  v.object({
    id: v.number(),
    node_id: v.nullish(v.string()),
    body: v.nullish(v.string()),
    user: v.nullish(User),
  }),
);
type Comment = v.InferOutput<typeof Comments>[number];
const Pulls = v.array(
  v.object({
    number: v.number(),
    merged_at: v.nullish(v.string()),
    merge_commit_sha: v.nullish(v.string()),
    base: v.object({ ref: v.string() }),
  }),
);
const Editor = v.object({ __typename: v.nullish(v.string()), login: v.string() });
const Editors = v.object({
  data: v.object({
    nodes: v.array(v.nullable(v.object({ id: v.string(), editor: v.nullish(Editor) }))),
  }),
});
const Viewer = v.object({ data: v.object({ viewer: v.object({ login: v.string() }) }) });

/** Creates or updates the comment of this token. Retries as for a service. Throws an `HttpFailure`. */
export async function keepComment(target: CommentTarget, comment: StickyComment): Promise<Posted> {
  const { clock, cutOff, log, random } = target;
  const gitHub = open(target);
  const pause = backoff(pauses, random);
  try {
    let until: number | undefined;
    for (;;) {
      try {
        return await keep(gitHub, target, comment, until !== undefined);
      } catch (error) {
        // A POST without a response may have taken effect: look for the comment before the next POST.
        if (!(error instanceof HttpFailure) || error.retry === 'no' || cutOff.aborted) throw error;
        until ??= clock.now() + keepTrying;
        if (clock.now() >= until) throw error;
        log.info(`${error.what}: ${error.reason}; looking whether it has arrived`);
        await clock.sleep(pause(), cutOff);
      }
    }
  } finally {
    gitHub.close();
  }
}

async function keep(
  { client, repository }: GitHub,
  { pullRequest }: CommentTarget,
  { find, bodyAfter }: StickyComment,
  isRepeated: boolean,
): Promise<Posted> {
  const comments = `${repository}/issues/${pullRequest}/comments`;
  // Anyone can write the same marker, so the author counts, too.
  const marked = await readMarked(client, comments, (body) => find([body]) !== undefined);
  const login = marked.length === 0 ? '' : await whoAmI(client, 'likely');
  const bodies = marked.filter(({ user }) => isMe(login, user));
  const old = find(bodies.map(commentText));
  const own = bodies.findLast((each) => commentText(each) === old);
  const body = bodyAfter(own?.body ?? undefined);
  const what = 'Posting the comment on the pull request';
  const create = async (): Promise<Posted> => {
    await client.send({ method: 'POST', path: comments, body: { body }, what });
    return 'created';
  };
  if (own === undefined) return await create();
  // Two first runs at the same moment may have created one each: none of them must stay out of date.
  const outdated = bodies.filter((each) => markerOf(each) === markerOf(own) && each.body !== body);
  if (outdated.length === 0) return isRepeated ? 'created' : 'unchanged';
  for (const { id } of outdated) {
    try {
      await client.send({
        method: 'PATCH',
        path: `${repository}/issues/comments/${id}`,
        body: { body },
        what,
      });
    } catch (error) {
      // Somebody may have deleted it meanwhile.
      if (!(error instanceof HttpFailure) || error.status !== 404) throw error;
      if (outdated.length === 1) return await create();
    }
  }
  return 'updated';
}

/** Returns the first line of a comment. */
function markerOf(comment: Comment): string | undefined {
  return commentText(comment).split('\n', 1)[0];
}

export interface MergedComments {
  readonly bodies: readonly string[];
  /** True if somebody else has edited a comment. Its body is not in `bodies`. */
  readonly isEdited: boolean;
}

/**
 * Reads the comments by the same token on the pull requests that were merged into a branch as this commit. `isIt`:
 * selects the comments by their bodies. Undefined if there is no such pull request. Throws an `HttpFailure`.
 */
export async function readMergedComments(
  target: Omit<CommentTarget, 'pullRequest'>,
  { sha, branch }: { readonly sha: string; readonly branch: string },
  isIt: (body: string) => boolean,
): Promise<MergedComments | undefined> {
  const { client, repository, close } = open(target);
  try {
    const { data } = await client.json(
      {
        method: 'GET',
        path: repository + path`/commits/${sha}/pulls`,
        query: { per_page: String(pageSize) },
        what: 'Reading the pull request of the commit',
      },
      Pulls,
    );
    const merged = data.filter(
      (pull) => pull.merged_at && pull.base.ref === branch && (pull.merge_commit_sha ?? sha) === sha,
    );
    if (merged.length === 0) return undefined;
    const login = await whoAmI(client, 'surely');
    const reads = merged.map(async ({ number }) => {
      const marked = await readMarked(client, `${repository}/issues/${number}/comments`, isIt);
      const own = marked.filter(({ user }) => isMe(login, user));
      return await unedited(client, own);
    });
    const read = await Promise.all(reads);
    return {
      bodies: read.flatMap(({ bodies }) => bodies),
      isEdited: read.some(({ isEdited }) => isEdited),
    };
  } finally {
    close();
  }
}

/** Drops comments that others have edited, as far as the token sees editors. Throws an `HttpFailure`. */
async function unedited(client: HttpClient, comments: readonly Comment[]): Promise<MergedComments> {
  const ids = comments.flatMap(({ node_id }) => node_id ?? []);
  const editors = new Map<string, v.InferOutput<typeof Editor>>();
  const query =
    'query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id editor { __typename login } } } }';
  for (let first = 0; first < ids.length; first += pageSize) {
    const body = { query, variables: { ids: ids.slice(first, first + pageSize) } };
    try {
      const { data } = await client.json(graphQl(body, 'Reading who has edited the comments'), Editors);
      for (const node of data.data.nodes) if (node?.editor) editors.set(node.id, node.editor);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !isAnswer(error)) throw error;
    }
  }
  const own = comments.filter(({ node_id, user }) => {
    const editor = editors.get(node_id ?? '');
    return editor === undefined || isAuthor(editor, user?.login ?? '');
  });
  return { bodies: own.map(commentText), isEdited: own.length < comments.length };
}

/** True if the editor is the author. GraphQL omits the suffix `[bot]`, and a user may have the name of a bot. */
function isAuthor({ __typename: type, login }: v.InferOutput<typeof Editor>, author: string): boolean {
  return login === author || (type === 'Bot' && `${login}[bot]` === author);
}

interface GitHub {
  readonly client: HttpClient;
  /** The path of the repository. */
  readonly repository: string;
  close(): void;
}

function open(target: Omit<CommentTarget, 'pullRequest'>): GitHub {
  const { apiUrl, clock, cutOff, log, requestTimeout } = target;
  const [owner = '', name = ''] = target.repository.split('/');
  const { client, transport } = openClient({
    ...target,
    baseUrl: apiUrl,
    hints,
    accept: 'application/vnd.github+json',
    deadline: new Deadline(clock, Math.max(120_000, 4 * requestTimeout)),
    cancelled: cutOff,
    onRetry: (line) => log.info(line),
    onExchange: (line) => log.debug(line),
  });
  return { client, repository: path`/repos/${owner}/${name}`, close: () => transport.close() };
}

async function readMarked(
  client: HttpClient,
  comments: string,
  isIt: (body: string) => boolean,
): Promise<readonly Comment[]> {
  const marked: Comment[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const query = { per_page: String(pageSize), page: String(page) };
    const call: HttpCall = { method: 'GET', path: comments, query, what: 'Reading the comments' };
    const { data, hasNext } = await client.json(call, Comments);
    marked.push(...data.filter((comment) => isIt(commentText(comment))));
    // A page can be short before the last one: GitHub hides some comments.
    if (data.length < pageSize && !hasNext) break;
  }
  return marked;
}

function commentText({ body }: Comment): string {
  return body ?? '';
}

/**
 * Returns the login of the token's user: GraphQL reports the login of users and Apps, REST of users. Without either,
 * assumes a job's own token. With `surely`, throws an `HttpFailure` if GitHub does not respond.
 */
async function whoAmI(client: HttpClient, how: 'surely' | 'likely'): Promise<string> {
  const what = 'Reading the user of github-token';
  const viewer = graphQl({ query: '{ viewer { login } }' }, what);
  const asks = [
    async () => (await client.json(viewer, Viewer)).data.data.viewer.login,
    async () => (await client.json({ method: 'GET', path: '/user', what }, User)).data.login,
  ];
  for (const ask of asks) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HttpFailure) || (how === 'surely' && !isAnswer(error))) throw error;
    }
  }
  return workflowBot;
}

/** Returns the call of a GraphQL query. On an Enterprise Server, REST is below `/api/v3`, and GraphQL below `/api`. */
function graphQl(body: object, what: string): HttpCall {
  return { method: 'POST', path: '/../graphql', body, what, onlyReads: true };
}

/** True if GitHub has responded that the token has no permission, or no user. GraphQL reports a limit with status 200. */
function isAnswer({ status = 0 }: HttpFailure): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function isMe(login: string, user: Comment['user']): boolean {
  // GraphQL omits the suffix of some bots.
  return user?.login === login || (user?.type === 'Bot' && user.login === `${login}[bot]`);
}
