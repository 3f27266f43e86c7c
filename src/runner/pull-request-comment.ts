import { getOctokit } from '@actions/github';
import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { defaultLimits, type Method, openTransport, type Transport } from '../http/transport.ts';

/** Where a comment goes, and how. */
export interface CommentTarget {
  readonly token: string;
  /** Base address of GitHub's API: `https://api.github.com`, or a GitHub Enterprise Server's. */
  readonly apiUrl: URL;
  /** `owner/name` */
  readonly repository: string;
  readonly pullRequest: number;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds that one request may take. */
  readonly requestTimeout: number;
  readonly cutOff: AbortSignal;
}

export type Posted = 'created' | 'updated' | 'unchanged';

/** Ten thousand comments. */
const maxPages = 100;
/** Who comments with the token that a workflow run is given. */
const workflowBot = 'github-actions[bot]';

const Comments = v.array(
  v.object({
    id: v.number(),
    body: v.nullish(v.string()),
    user: v.nullish(v.object({ login: v.string(), type: v.nullish(v.string()) })),
  }),
);
type Comment = v.InferOutput<typeof Comments>[number];

const Viewer = v.object({ viewer: v.object({ login: v.string() }) });

/**
 * Keeps one comment on a pull request: the token's own comment that starts with the marker is brought up to date; the
 * first time, one is written. Throws what Octokit throws, with the answer's `status`.
 */
export async function keepComment(target: CommentTarget, marker: string, body: string): Promise<Posted> {
  const { apiUrl, environment, requestTimeout } = target;
  const transport = openTransport({
    origin: apiUrl,
    environment,
    connections: 1,
    ...defaultLimits,
    connectTimeout: Math.min(defaultLimits.connectTimeout, requestTimeout),
  });
  try {
    const fetch = fetchThrough({ ...target, transport, origin: apiUrl.origin, timeout: requestTimeout });
    return await keep(openOctokit(target, fetch), target, marker, body);
  } finally {
    await transport.close();
  }
}

/** Without `rest`, whose table of all endpoints is left out of `dist`: an endpoint is asked by its path. */
type Octokit = Pick<ReturnType<typeof getOctokit>, 'request' | 'paginate' | 'graphql'>;

const commentsOfIssue = '/repos/{owner}/{repo}/issues/{issue_number}/comments';

function openOctokit({ token, apiUrl }: CommentTarget, fetch: ReturnType<typeof fetchThrough>): Octokit {
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  return getOctokit(token, {
    baseUrl: apiUrl.href.replace(/\/+$/, ''),
    userAgent: 'laravel-background-process-action/1',
    // What the server says must not get to the log unescaped.
    log: silent,
    request: { fetch, log: silent },
  });
}

async function keep(
  octokit: Octokit,
  { repository, pullRequest }: CommentTarget,
  marker: string,
  body: string,
): Promise<Posted> {
  const [owner = '', repo = ''] = repository.split('/');
  const own = await findOwn(octokit, { owner, repo, issue_number: pullRequest }, marker);
  if (own === undefined) {
    await octokit.request(`POST ${commentsOfIssue}`, { owner, repo, issue_number: pullRequest, body });
    return 'created';
  }
  if (own.body === body) return 'unchanged';
  await octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    owner,
    repo,
    comment_id: own.id,
    body,
  });
  return 'updated';
}

async function findOwn(
  octokit: Octokit,
  issue: { readonly owner: string; readonly repo: string; readonly issue_number: number },
  marker: string,
): Promise<Comment | undefined> {
  const marked: Comment[] = [];
  let pages = 0;
  const list = octokit.paginate.iterator(`GET ${commentsOfIssue}`, { ...issue, per_page: 100 });
  for await (const { data } of list) {
    marked.push(...v.parse(Comments, data).filter(({ body }) => body?.startsWith(marker) === true));
    if (++pages === maxPages) break;
  }
  // Anyone can write a comment that starts like that: only one by the token's own user is taken.
  if (marked.length === 0) return undefined;
  const login = await whoAmI(octokit);
  return marked.find(({ user }) => user !== null && user !== undefined && isMe(login, user));
}

/** The token's own user. Asked by GraphQL, which tells it to tokens of Apps, too; else the workflow's bot. */
async function whoAmI(octokit: Octokit): Promise<string> {
  try {
    return v.parse(Viewer, await octokit.graphql('{ viewer { login } }')).viewer.login;
  } catch {
    return workflowBot;
  }
}

function isMe(login: string, user: NonNullable<Comment['user']>): boolean {
  // GraphQL leaves out the suffix of some bots.
  return user.login === login || (user.type === 'Bot' && user.login === `${login}[bot]`);
}

function ignore(): void {}

const methods = ['GET', 'POST', 'PATCH', 'DELETE'] as const satisfies readonly Method[];

export interface FetchOptions {
  readonly transport: Transport;
  /** The one origin that requests, and so the token, may go to. */
  readonly origin: string;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  /** Ends everything: some time is left after the step was told to stop, so that what it tells is not stale. */
  readonly cutOff: AbortSignal;
}

/** `fetch` for libraries that want one, over a transport: its proxy, its limits, and no redirects. */
function fetchThrough({ transport, origin, timeout, cutOff }: FetchOptions) {
  return async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address);
    if (url.origin !== origin) throw refused(`it leads to ${url.origin}, where the token must not go`);
    const method = methods.find((known) => known === init.method);
    if (method === undefined) throw refused(`its method is ${init.method}`);
    const { status, headers, body } = await transport.send(
      {
        method,
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(typeof init.body === 'string' ? { body: init.body } : {}),
      },
      AbortSignal.any([AbortSignal.timeout(timeout), cutOff]),
    );
    if (status >= 300 && status < 400) throw refused(`it was answered ${status}, a redirect`);
    return new Response(body === '' ? null : body, { status, headers });
  };
}

function refused(why: string): Failure {
  return new Failure({ what: 'A request to GitHub', why });
}
