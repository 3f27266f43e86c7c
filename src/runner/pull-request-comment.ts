import * as v from 'valibot';
import { type HttpCall, HttpClient, path } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import type { ServiceHints } from '../http/hints.ts';
import { defaultLimits, openTransport } from '../http/transport.ts';
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
  /**
   * Aborted a few seconds after a cancellation, to end all requests: until then the comment can report the
   * cancellation.
   */
  readonly cutOff: AbortSignal;
  readonly log: { info(line: string): void; debug(line: string): void };
}

export interface StickyComment {
  /** Returns the body of this comment among the bodies of all comments; undefined if there is none. */
  find(bodies: readonly string[]): string | undefined;
  /** Returns the new body. `old`: the existing body. */
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

/**
 * Creates the comment, or updates the existing one of the same token. Retries like the requests to the services. Throws
 * an `HttpFailure`.
 */
export async function keepComment(target: CommentTarget, comment: StickyComment): Promise<Posted> {
  const { clock, cutOff, random } = target;
  const gitHub = await open(target);
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
        target.log.info(`${error.what}: ${error.reason}; looking whether it has arrived`);
        await clock.sleep(pause(), cutOff);
      }
    }
  } finally {
    gitHub.close();
  }
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
  const gitHub = await open(target);
  const [owner = '', repo = ''] = target.repository.split('/');
  try {
    const call = { method: 'GET', path: path`/repos/${owner}/${repo}/commits/${sha}/pulls` } as const;
    const query = { per_page: String(pageSize) };
    const what = 'Reading the pull request of the commit';
    const { data } = await gitHub.rest.json({ ...call, query, what }, Pulls);
    const merged = data.filter(
      (pull) => pull.merged_at && pull.base.ref === branch && (pull.merge_commit_sha ?? sha) === sha,
    );
    if (merged.length === 0) return undefined;
    const login = await whoAmI(gitHub, 'surely');
    const reads = merged.map(async ({ number }) => {
      const comments = path`/repos/${owner}/${repo}/issues/${number}/comments`;
      const marked = await readMarked(gitHub, comments, isIt);
      return await unedited(
        gitHub,
        marked.filter(({ user }) => user && isMe(login, user)),
      );
    });
    const read = await Promise.all(reads);
    return {
      bodies: read.flatMap(({ bodies }) => bodies),
      isEdited: read.some(({ isEdited }) => isEdited),
    };
  } finally {
    gitHub.close();
  }
}

/**
 * Drops the comments that somebody else has edited, as far as the token may see editors. Throws an `HttpFailure` if
 * GitHub does not respond.
 */
async function unedited({ graphql }: GitHub, comments: readonly Comment[]): Promise<MergedComments> {
  const ids = comments.flatMap(({ node_id }) => node_id ?? []);
  const editors = new Map<string, v.InferOutput<typeof Editor>>();
  if (ids.length > 0) {
    const query =
      'query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id editor { __typename login } } } }';
    const body = { query, variables: { ids: ids.slice(-pageSize) } };
    const call: HttpCall = {
      method: 'POST',
      path: '/graphql',
      body,
      what: 'Reading who has edited the comments',
      onlyReads: true,
    };
    try {
      const { data } = await graphql.json(call, Editors);
      for (const node of data.data.nodes) if (node?.editor) editors.set(node.id, node.editor);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !isAnswer(error)) throw error;
    }
  }
  const own = comments.filter(({ node_id, user }) => {
    const editor = editors.get(node_id ?? '');
    return editor === undefined || isAuthor(editor, user?.login ?? '');
  });
  return { bodies: own.map(({ body }) => body ?? ''), isEdited: own.length < comments.length };
}

/** True if the editor is the author. GraphQL omits the suffix `[bot]`, and a user may have the name of a bot. */
function isAuthor({ __typename: type, login }: v.InferOutput<typeof Editor>, author: string): boolean {
  return login === author || (type !== 'User' && `${login}[bot]` === author);
}

interface GitHub {
  readonly rest: HttpClient;
  readonly graphql: HttpClient;
  close(): void;
}

async function open({
  apiUrl,
  token,
  environment,
  requestTimeout,
  cutOff,
  clock,
  random,
  log,
}: Omit<CommentTarget, 'pullRequest'>): Promise<GitHub> {
  const transport = openTransport({
    origin: apiUrl,
    environment,
    ...defaultLimits,
    connectTimeout: Math.min(defaultLimits.connectTimeout, requestTimeout),
  });
  const options = {
    ...{ token, transport, requestTimeout, hints, clock, random, cutOff, baseUrl: apiUrl },
    accept: 'application/vnd.github+json',
    userAgent: 'laravel-background-process-action/1',
    deadline: new Deadline(clock, Math.max(120_000, 4 * requestTimeout)),
    wallClock: Date.now,
    cancelled: cutOff,
    onRetry: (line: string) => log.info(line),
    onExchange: (line: string) => log.debug(line),
  };
  // On an Enterprise Server, REST is below /api/v3 and GraphQL below /api.
  const baseUrl = new URL(apiUrl.href.replace(/\/api\/v3\/?$/, '/api'));
  return {
    rest: new HttpClient(options),
    graphql: new HttpClient({ ...options, baseUrl }),
    close: () => transport.close(),
  };
}

async function keep(
  gitHub: GitHub,
  target: CommentTarget,
  comment: StickyComment,
  isRepeated: boolean,
): Promise<Posted> {
  const [owner = '', repo = ''] = target.repository.split('/');
  const comments = path`/repos/${owner}/${repo}/issues/${target.pullRequest}/comments`;
  const own = await findOwn(gitHub, comments, comment);
  const body = comment.bodyAfter(own?.body ?? undefined);
  const what = 'Posting the comment on the pull request';
  if (own === undefined) {
    await gitHub.rest.send({ method: 'POST', path: comments, body: { body }, what });
    return 'created';
  }
  if (own.body === body) return isRepeated ? 'created' : 'unchanged';
  const address = path`/repos/${owner}/${repo}/issues/comments/${own.id}`;
  await gitHub.rest.send({ method: 'PATCH', path: address, body: { body }, what });
  return 'updated';
}

/** Finds the existing comment by its marker and its author, since anyone can write the same marker. */
async function findOwn(
  gitHub: GitHub,
  comments: string,
  { find }: StickyComment,
): Promise<Comment | undefined> {
  const marked = await readMarked(gitHub, comments, (body) => find([body]) !== undefined);
  if (marked.length === 0) return undefined;
  const login = await whoAmI(gitHub);
  const own = marked.filter(({ user }) => user !== null && user !== undefined && isMe(login, user));
  const body = find(own.map((each) => each.body ?? ''));
  return own.findLast((each) => (each.body ?? '') === body);
}

async function readMarked(
  gitHub: GitHub,
  comments: string,
  isIt: (body: string) => boolean,
): Promise<readonly Comment[]> {
  const marked: Comment[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const query = { per_page: String(pageSize), page: String(page) };
    const call: HttpCall = { method: 'GET', path: comments, query, what: 'Reading the comments' };
    const { data, hasNext } = await gitHub.rest.json(call, Comments);
    marked.push(...data.filter(({ body }) => isIt(body ?? '')));
    // A page can be short before the last one: GitHub hides some comments.
    if (data.length < pageSize && !hasNext) break;
  }
  return marked;
}

/**
 * Returns the login of the token's user: GraphQL reports the login of users and Apps, REST of users. Without either,
 * assumes a job's own token. With `surely`, throws an `HttpFailure` if GitHub does not respond.
 */
async function whoAmI({ rest, graphql }: GitHub, how: 'surely' | 'likely' = 'likely'): Promise<string> {
  const what = 'Reading whose github-token is';
  const query = { query: '{ viewer { login } }' };
  const asks = [
    async () => {
      const call: HttpCall = { method: 'POST', path: '/graphql', body: query, what, onlyReads: true };
      return (await graphql.json(call, Viewer)).data.data.viewer.login;
    },
    async () => (await rest.json({ method: 'GET', path: '/user', what }, User)).data.login,
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

/** True if GitHub has responded that the token has no permission, or no user. */
function isAnswer({ status }: HttpFailure): boolean {
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
}

function isMe(login: string, user: v.InferOutput<typeof User>): boolean {
  // GraphQL omits the suffix of some bots.
  return user.login === login || (user.type === 'Bot' && user.login === `${login}[bot]`);
}
