import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access } from './access.ts';
import type { Answer } from './answer.ts';
import { cloudHandlers } from './cloud-handlers.ts';
import { type CloudOptions, CloudState } from './cloud-state.ts';
import { type Contract, type Handlers, type IncomingCall, loadContract } from './contract.ts';
import { applyFault, type Exchange } from './fault-effects.ts';
import { Faults } from './faults.ts';
import { forgeHandlers } from './forge-handlers.ts';
import { missingScope } from './forge-scopes.ts';
import { type ForgeOptions, ForgeState } from './forge-state.ts';
import type { RateWindow } from './rate-window.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { WorldTime } from './world-time.ts';

const DEFAULT_TOKEN = 'test-token-0123456789abcdef';

export interface EmulatorOptions {
  /** The only token that is let in. */
  token?: string;
  /** 0, any free port, if left out. */
  port?: number;
  cloud?: Partial<CloudOptions>;
  forge?: Partial<ForgeOptions>;
  /** The clock of both worlds, in epoch milliseconds; `time` if left out. */
  now?: () => number;
  /** Told of every request once it is answered or given up. */
  onRequest?: (request: RecordedRequest) => void;
}

export interface Emulator {
  /** The base of both APIs: http://127.0.0.1:PORT/api */
  url: string;
  origin: string;
  token: string;
  requests: RecordedRequest[];
  cloud: CloudState;
  forge: ForgeState;
  faults: Faults;
  access: Access;
  /** Steps that join it do not wait for nothing: it moves on when all of them only wait. */
  time: WorldTime;
  close(): Promise<void>;
}

/** Faults after which a caller waits until time has passed or something else has happened. */
const holdsBack: ReadonlySet<string> = new Set(['hang', 'slow', 'slow-body', 'late', 'call']);

const isOpen = ({ writableEnded, destroyed }: ServerResponse) => !writableEnded && !destroyed;

interface Api {
  contract: Contract;
  handlers: Handlers;
  rateWindow: RateWindow;
  now(): number;
  /** Turns away what the token may not do. */
  permit(operation: string): Answer | undefined;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloud = new CloudState(options.cloud);
  const forge = new ForgeState(options.forge);
  const held = new Set<ServerResponse>();
  const time = new WorldTime(() => [...held].filter(isOpen).length);
  cloud.now = options.now ?? (() => time.now());
  forge.now = cloud.now;
  const access = new Access(options.token ?? DEFAULT_TOKEN);
  const faults = new Faults();
  const requests: RecordedRequest[] = [];
  const cloudApi: Api = {
    contract: await loadContract('laravel-cloud'),
    handlers: cloudHandlers(cloud),
    rateWindow: cloud.rateWindow,
    now: () => cloud.now(),
    permit: () => undefined,
  };
  const forgeApi: Api = {
    contract: await loadContract('laravel-forge'),
    handlers: forgeHandlers(forge),
    rateWindow: forge.rateWindow,
    now: () => forge.now(),
    permit: (operation) => missingScope(operation, forge.options.scopes),
  };

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const { call, request } = await receive(message);
    const api = /^\/api\/orgs(\/|$)/.test(call.path) ? forgeApi : cloudApi;
    requests.push(request);
    request.violations = api.contract.checkRequest(call);
    response.once('close', () => {
      held.delete(response);
      options.onRequest?.(request);
    });
    const exchange = exchangeOf({ api, call, request, response, access, time });
    for (const fault of faults.strike(request)) {
      if (holdsBack.has(fault.kind)) {
        held.add(response);
        time.lookSoon();
      }
      if (fault.kind !== 'call') return applyFault(fault, exchange);
      await fault.call(request);
      held.delete(response);
    }
    exchange.send(exchange.act());
  };

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      // A caller that has gone away is its own business.
      if (response.destroyed || response.headersSent) return;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      response.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message: text }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/api`,
    origin,
    token: access.token,
    requests,
    cloud,
    forge,
    faults,
    access,
    time,
    close: () =>
      new Promise((resolve) => {
        time.end();
        server.close(() => resolve());
        // Callers that were left hanging must not keep the server up.
        server.closeAllConnections();
      }),
  };
}

function exchangeOf(parts: {
  api: Api;
  call: IncomingCall;
  request: RecordedRequest;
  response: ServerResponse;
  access: Access;
  time: WorldTime;
}): Exchange {
  const { api, call, request, response, access, time } = parts;
  const admit = (_call: IncomingCall, operation: string) =>
    access.check(call.headers['authorization']) ?? api.rateWindow.take(api.now()) ?? api.permit(operation);
  const encode = (answer: Answer) => {
    const { body: content, contentType } = answer;
    const body = Buffer.from(
      content === undefined || typeof content === 'string' ? (content ?? '') : JSON.stringify(content),
    );
    const headers: Record<string, string> = {
      Date: new Date(api.now()).toUTCString(),
      ...(answer.status === 401 ? {} : api.rateWindow.headers(api.now())),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(answer.status === 204 ? {} : { 'Content-Length': String(body.length) }),
      ...answer.headers,
    };
    return { headers, body };
  };
  return {
    request,
    response,
    now: api.now,
    later: (ms, task) => time.later(ms, task),
    encode,
    act: () => api.contract.handle(call, api.handlers, admit),
    send: (answer) => {
      if (response.destroyed) return;
      const { headers, body } = encode(answer);
      request.answered = answer.status;
      response.writeHead(answer.status, headers).end(body);
    },
  };
}

async function receive(message: IncomingMessage): Promise<{ call: IncomingCall; request: RecordedRequest }> {
  const at = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const rawBody = Buffer.concat(chunks).toString('utf8');
  const method = message.method ?? 'GET';
  const {
    pathname: path,
    searchParams,
    origin,
  } = new URL(message.url ?? '/', `http://${message.headers.host}`);
  const query = Object.fromEntries(searchParams);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
  return {
    call: { method, path, url: `${origin}${path}`, query, headers, rawBody },
    request: { method, path, query, headers, body: parsed(rawBody), rawBody, at, violations: [] },
  };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
