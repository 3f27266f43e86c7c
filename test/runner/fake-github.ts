import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeUser {
  login: string;
  type: string;
}

export interface FakeComment {
  id: number;
  body: string;
  user: FakeUser;
  /** Whose it is: the pull request 7 if left out. */
  pullRequest?: number;
  /** Who has edited it last, as only GraphQL tells; nobody if left out. */
  editor?: string;
  /** True for one that GitHub leaves out of its page, which is shorter then. */
  hidden?: boolean;
}

export interface FakePull {
  number: number;
  /** Null as long as it is open, or if it was closed unmerged. */
  merged_at: string | null;
  /** What the merge has made of it on its base; a squash or a merge commit. */
  merge_commit_sha: string | null;
  base: string;
  /** The commits that belong to it, besides. */
  commits?: string[];
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
}

/** What comes in place of an answer, for requests whose method and path match. */
export interface Refusal {
  on: RegExp;
  /** Or the connection is cut. */
  status: number | 'cut';
  body?: string;
  headers?: Record<string, string>;
  /** How many it strikes; all if left out. */
  times?: number;
  /** The request is carried out first, and its answer lost. */
  acts?: boolean;
}

export interface FakeGitHub {
  readonly url: string;
  readonly comments: FakeComment[];
  readonly pulls: FakePull[];
  readonly requests: FakeRequest[];
  /** Who the token is, as GraphQL tells it; undefined when it does not. */
  viewer: string | undefined;
  /** The same of `GET /user`, which tells nothing to the token of a workflow. */
  user: FakeUser | undefined;
  /** The first that matches strikes. */
  refuse: Refusal | Refusal[] | undefined;
  close(): Promise<void>;
}

export const ownBot = { login: 'github-actions[bot]', type: 'Bot' } as const;

/** How GitHub turns away who writes too much at once. */
export const secondaryLimit = (retryAfter: number): Omit<Refusal, 'on'> => ({
  status: 403,
  body: JSON.stringify({ message: 'You have exceeded a secondary rate limit.' }),
  headers: { 'Retry-After': String(retryAfter) },
});

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const notFound: Reply = { status: 404, body: { message: 'Not Found' } };
const forbidden: Reply = { status: 403, body: { message: 'Resource not accessible by integration' } };

/** As much of GitHub's API as a comment needs, for acme/shop. `prefix` as on an Enterprise Server. */
export async function startFakeGitHub(prefix = ''): Promise<FakeGitHub> {
  const requests: FakeRequest[] = [];
  const struck = new Map<Refusal, number>();
  const refusalOf = (request: string) =>
    [fake.refuse].flat().find((refusal) => {
      const count = refusal === undefined ? 0 : (struck.get(refusal) ?? 0);
      if (refusal?.on.test(request) !== true || count >= (refusal.times ?? Infinity)) return false;
      struck.set(refusal, count + 1);
      return true;
    });

  const server = createServer(async (message, response) => {
    const body = await text(message);
    const url = new URL(message.url ?? '/', `http://${message.headers.host}`);
    const method = message.method ?? 'GET';
    const { authorization = '' } = message.headers;
    requests.push({ method, path: url.pathname + url.search, authorization });
    const refusal = refusalOf(`${method} ${url.pathname}`);
    if (refusal === undefined || refusal.acts === true) {
      const reply = answer(fake, prefix, method, url, body);
      if (refusal === undefined)
        return send(response, reply.status, JSON.stringify(reply.body), reply.headers);
    }
    if (refusal.status === 'cut') response.socket?.resetAndDestroy();
    else send(response, refusal.status, refusal.body ?? JSON.stringify(forbidden.body), refusal.headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${port}${prefix}`,
    comments: [],
    pulls: [],
    requests,
    viewer: ownBot.login,
    user: undefined,
    refuse: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

function answer(fake: FakeGitHub, prefix: string, method: string, url: URL, body: string): Reply {
  if (`${method} ${url.pathname}` === `POST ${prefix === '' ? '/graphql' : '/api/graphql'}`)
    return graphql(fake, body);
  if (!url.pathname.startsWith(`${prefix}/`)) return notFound;
  const key = `${method} ${url.pathname.slice(prefix.length)}`;
  const [, issue] = /^\w+ \/repos\/acme\/shop\/issues\/(\d+)\/comments$/.exec(key) ?? [];
  if (issue !== undefined && method === 'GET') {
    const own = fake.comments.filter(({ pullRequest = 7 }) => pullRequest === Number(issue));
    const { body, ...rest } = page(url, own);
    return { ...rest, body: body.filter(({ hidden }) => hidden !== true).map(shown) };
  }
  if (issue !== undefined && method === 'POST') {
    const id = fake.comments.length + 1;
    const comment = { id, body: String(JSON.parse(body).body), user: ownBot, pullRequest: Number(issue) };
    fake.comments.push(comment);
    return { status: 201, body: shown(comment) };
  }
  const [, id] = /^PATCH \/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(key) ?? [];
  const comment = fake.comments.find((each) => String(each.id) === id);
  if (comment !== undefined) {
    Object.assign(comment, { body: String(JSON.parse(body).body), editor: ownBot.login });
    return { status: 200, body: shown(comment) };
  }
  const [, sha] = /^GET \/repos\/acme\/shop\/commits\/(\w+)\/pulls$/.exec(key) ?? [];
  if (sha !== undefined) return page(url, pullsOf(fake, sha));
  if (key === 'GET /user') return fake.user === undefined ? forbidden : { status: 200, body: fake.user };
  return notFound;
}

/** Answers the two queries that the actions send: whose the token is, and who has edited comments. */
function graphql({ viewer, comments }: FakeGitHub, body: string): Reply {
  if (viewer === undefined) return notFound;
  const ids: string[] = JSON.parse(body).variables?.ids ?? [];
  const nodes = ids.map((id) => {
    const comment = comments.find((each) => nodeId(each) === id);
    return comment === undefined ? null : { id, editor: actor(comment.editor) };
  });
  return { status: 200, body: { data: { viewer: { login: viewer }, nodes } } };
}

/** GraphQL leaves out the suffix of bots. */
function actor(login: string | undefined) {
  const bare = login?.replace(/\[bot\]$/, '');
  return bare === undefined ? null : { __typename: bare === login ? 'User' : 'Bot', login: bare };
}

function nodeId({ id }: FakeComment): string {
  return `IC_${id}`;
}

function shown(comment: FakeComment) {
  const { id, body, user } = comment;
  return { id, node_id: nodeId(comment), body, user };
}

function pullsOf({ pulls }: FakeGitHub, sha: string) {
  return pulls
    .filter(({ merge_commit_sha, commits = [] }) => merge_commit_sha === sha || commits.includes(sha))
    .map(({ number, merged_at, merge_commit_sha, base }) => {
      const state = merged_at === null ? 'open' : 'closed';
      return { number, state, merged_at, merge_commit_sha, base: { ref: base } };
    });
}

function page<T>(url: URL, items: readonly T[]): Reply & { readonly body: readonly T[] } {
  const number = Number(url.searchParams.get('page') ?? '1');
  const size = Number(url.searchParams.get('per_page') ?? '30');
  const body = items.slice((number - 1) * size, number * size);
  if (items.length <= number * size) return { status: 200, body };
  const next = `${url.origin}${url.pathname}?per_page=${size}&page=${number + 1}`;
  return { status: 200, body, headers: { Link: `<${next}>; rel="next"` } };
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers?: Record<string, string>,
): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }).end(body);
}
