import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeComment {
  id: number;
  body: string;
  user: { login: string; type: string };
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
}

export interface FakeGitHub {
  readonly url: string;
  readonly comments: FakeComment[];
  readonly requests: FakeRequest[];
  /** Who the token is; undefined when GraphQL does not tell. */
  viewer: string | undefined;
  /** Answers this instead of acting, for requests whose method and path match. */
  refuse: { on: RegExp; status: number; body?: string; headers?: Record<string, string> } | undefined;
  close(): Promise<void>;
}

export const ownBot = { login: 'github-actions[bot]', type: 'Bot' } as const;

/** As much of GitHub's API as a comment needs, for the pull request 7 of acme/shop. `prefix` as on an Enterprise Server. */
export async function startFakeGitHub(prefix = ''): Promise<FakeGitHub> {
  const comments: FakeComment[] = [];
  const requests: FakeRequest[] = [];
  const list = `${prefix}/repos/acme/shop/issues/7/comments`;
  const graphql = prefix === '' ? '/graphql' : '/api/graphql';

  const answer = (
    method: string,
    url: URL,
    body: string,
  ): [status: number, body: unknown, link?: string | undefined] => {
    const key = `${method} ${url.pathname}`;
    if (key === `GET ${list}`) {
      const page = Number(url.searchParams.get('page') ?? '1');
      const size = Number(url.searchParams.get('per_page') ?? '30');
      const more = comments.length > page * size;
      const next = `<${url.origin}${list}?per_page=${size}&page=${page + 1}>; rel="next"`;
      return [200, comments.slice((page - 1) * size, page * size), more ? next : undefined];
    }
    if (key === `POST ${list}`) {
      const comment = { id: comments.length + 1, body: String(JSON.parse(body).body), user: { ...ownBot } };
      comments.push(comment);
      return [201, comment];
    }
    const id = Number(new RegExp(`^PATCH ${prefix}/repos/acme/shop/issues/comments/(\\d+)$`).exec(key)?.[1]);
    const comment = comments.find((each) => each.id === id);
    if (comment !== undefined) {
      comment.body = String(JSON.parse(body).body);
      return [200, comment];
    }
    if (key === `POST ${graphql}` && fake.viewer !== undefined) {
      return [200, { data: { viewer: { login: fake.viewer } } }];
    }
    return [404, { message: 'Not Found' }];
  };

  const server = createServer(async (message, response) => {
    const body = await read(message);
    const url = new URL(message.url ?? '/', `http://${message.headers.host}`);
    const method = message.method ?? 'GET';
    requests.push({
      method,
      path: url.pathname + url.search,
      authorization: message.headers.authorization ?? '',
    });
    if (fake.refuse?.on.test(`${method} ${url.pathname}`) === true) {
      const type = { 'Content-Type': 'application/json; charset=utf-8' };
      response.writeHead(fake.refuse.status, { ...type, ...fake.refuse.headers });
      response.end(fake.refuse.body ?? '{"message":"Resource not accessible by integration"}');
      return;
    }
    const [status, json, link] = answer(method, url, body);
    response.writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      ...(link === undefined ? {} : { Link: link }),
    });
    response.end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${port}${prefix}`,
    comments,
    requests,
    viewer: ownBot.login,
    refuse: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
