import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, failure } from './answer.ts';
import { cloudHandlers } from './cloud-handlers.ts';
import { CloudState } from './cloud-state.ts';
import { type Contract, type Handlers, type IncomingCall, loadContract } from './contract.ts';
import { applyFault, type Exchange } from './fault-effects.ts';
import { editBy, Faults } from './faults.ts';
import { forgeHandlers } from './forge-handlers.ts';
import { ForgeState, missingScope } from './forge-state.ts';
import type { RateLimits } from './rate-limits.ts';
import { type RecordedRequest, receive } from './recorded-request.ts';
import { WorldTime } from './world-time.ts';

export const DEFAULT_TOKEN = 'test-token-0123456789abcdef';

export interface EmulatorOptions {
  /** The port; by default 0, which means any free port. */
  port?: number;
  /** Called for every request after its response, or after the client has given up. */
  onRequest?: (request: RecordedRequest) => void;
}

export interface Emulator {
  /** The base address of both APIs: `http://127.0.0.1:PORT/api`. */
  url: string;
  origin: string;
  token: string;
  requests: RecordedRequest[];
  /** The number of connections opened so far. */
  readonly connections: number;
  cloud: CloudState;
  forge: ForgeState;
  faults: Faults;
  /** The only valid token; a test may change it. */
  access: { token: string };
  /** The time that steps can share: it moves on as soon as all of them only wait. */
  time: WorldTime;
  close(): Promise<void>;
}

/** One of the two services. */
interface Api {
  contract: Contract;
  handlers: Handlers;
  state: { now(): number; rateLimits: RateLimits };
  /** Refuses an operation that the token does not permit. */
  permit(operation: string): Answer | undefined;
}

/** The faults after which a client waits for time to pass or for another event. */
const holdsBack: ReadonlySet<string> = new Set(['hang', 'slow', 'slow-body', 'late', 'call']);

const isOpen = ({ writableEnded, destroyed }: ServerResponse) => !writableEnded && !destroyed;

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloud = new CloudState();
  const forge = new ForgeState();
  const held = new Set<ServerResponse>();
  const time = new WorldTime(() => [...held].filter(isOpen).length);
  cloud.now = () => time.now();
  forge.now = () => cloud.now();
  const access = { token: DEFAULT_TOKEN };
  const faults = new Faults(() => cloud.now());
  const requests: RecordedRequest[] = [];
  const cloudApi: Api = {
    contract: await loadContract('laravel-cloud'),
    handlers: cloudHandlers(cloud),
    state: cloud,
    permit: () => undefined,
  };
  const forgeApi: Api = {
    contract: await loadContract('laravel-forge'),
    handlers: forgeHandlers(forge),
    state: forge,
    permit: (operation) => missingScope(operation, forge.options.scopes),
  };

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await receive(message, cloud.now());
    const api = /^\/api\/orgs(\/|$)/.test(request.path) ? forgeApi : cloudApi;
    requests.push(request);
    request.violations = api.contract.checkRequest(request);
    response.once('close', () => {
      held.delete(response);
      options.onRequest?.(request);
    });
    const striking = faults.strike(request);
    const edit = editBy(striking, request);
    const act = () => edit(handle(api, request, access.token));
    const exchange = exchangeOf(api, { request, response, act, later: time.later.bind(time) });
    if (striking.some(({ kind }) => holdsBack.has(kind))) {
      held.add(response);
      time.lookSoon();
    }
    for (const fault of striking) if (fault.kind === 'call') await fault.call(request);
    for (const fault of striking) {
      if (fault.kind !== 'call' && fault.kind !== 'edit') return applyFault(fault, exchange);
    }
    held.delete(response);
    exchange.send(act());
  };

  let connections = 0;
  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      // No response for a client that has closed the connection, or after the headers.
      if (response.destroyed || response.headersSent) return;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      response.writeHead(500, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message: text }));
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/api`,
    origin,
    token: access.token,
    requests,
    get connections() {
      return connections;
    },
    cloud,
    forge,
    faults,
    access,
    time,
    close: () =>
      new Promise((resolve) => {
        time.end();
        server.close(() => resolve());
        // Clients without a response must not keep the server alive.
        server.closeAllConnections();
      }),
  };
}

function handle({ contract, handlers, state, permit }: Api, call: IncomingCall, token: string): Answer {
  return contract.handle(call, handlers, (operation) => {
    const given = /^Bearer (.+)$/i.exec(call.headers['authorization'] ?? '')?.[1];
    if (given !== token) return failure(401, 'Unauthenticated.');
    return state.rateLimits.take(state.now(), operation) ?? permit(operation);
  });
}

/** Makes an exchange: a request, with everything that a response needs. */
function exchangeOf(
  { contract, state }: Api,
  parts: Pick<Exchange, 'request' | 'response' | 'act' | 'later'>,
): Exchange {
  const { request, response } = parts;
  const operation = contract.operationOf(request.method, request.path) ?? '';
  const now = () => state.now();
  const encode = ({ status, body: content, contentType, headers: own }: Answer) => {
    const body = encoded(content);
    const headers: Record<string, string> = {
      Date: new Date(now()).toUTCString(),
      ...(status === 401 ? {} : state.rateLimits.headers(now(), operation)),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(status === 204 ? {} : { 'Content-Length': String(body.length) }),
      ...own,
    };
    return { headers, body };
  };
  const send = (answer: Answer) => {
    if (response.destroyed) return;
    const { headers, body } = encode(answer);
    request.answered = answer.status;
    response.writeHead(answer.status, headers).end(body);
  };
  return { ...parts, now, encode, send };
}

function encoded(content: unknown): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  return Buffer.from(typeof content === 'string' ? content : (JSON.stringify(content) ?? ''));
}
