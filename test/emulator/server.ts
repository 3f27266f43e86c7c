import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Access } from './access.ts';
import { addressOf } from './caller.ts';
import { cloudHandlers } from './cloud-handlers.ts';
import type { CloudSettings } from './cloud-options.ts';
import { CloudState } from './cloud-state.ts';
import { loadContract } from './contract.ts';
import { type Api, exchangeOf } from './exchange.ts';
import { applyFault } from './fault-effects.ts';
import { Faults } from './faults.ts';
import { forgeHandlers } from './forge-handlers.ts';
import { missingScope } from './forge-scopes.ts';
import { type ForgeSettings, ForgeState } from './forge-state.ts';
import { receive } from './receive.ts';
import type { RecordedRequest } from './recorded-request.ts';

const DEFAULT_TOKEN = 'test-token-0123456789abcdef';

export interface EmulatorOptions {
  /** The only token that is let in. */
  token?: string;
  /** 0, any free port, if left out. */
  port?: number;
  cloud?: CloudSettings;
  forge?: ForgeSettings;
  /** The clock of both worlds, in epoch milliseconds. */
  now?: () => number;
  /** Told of every request once it is answered or given up. */
  onRequest?: (request: RecordedRequest) => void;
}

export interface Emulator {
  /** The base of both APIs: http://127.0.0.1:PORT/api */
  url: string;
  /** The same base under a name, by which faults and lags tell callers apart. */
  urlFor(caller: string): string;
  origin: string;
  token: string;
  requests: RecordedRequest[];
  /** How many connections have been opened so far. */
  readonly connections: number;
  cloud: CloudState;
  forge: ForgeState;
  faults: Faults;
  access: Access;
  close(): Promise<void>;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloud = new CloudState(options.cloud);
  const forge = new ForgeState(options.forge);
  if (options.now !== undefined) {
    cloud.now = options.now;
    forge.now = options.now;
  }
  const access = new Access(options.token ?? DEFAULT_TOKEN);
  const faults = new Faults();
  const requests: RecordedRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  const cloudApi: Api = {
    contract: await loadContract('laravel-cloud'),
    handlers: cloudHandlers(cloud),
    rateLimits: cloud.rateLimits,
    now: () => cloud.now(),
    permit: () => undefined,
  };
  const forgeApi: Api = {
    contract: await loadContract('laravel-forge'),
    handlers: forgeHandlers(forge),
    rateLimits: forge.rateLimits,
    now: () => forge.now(),
    permit: (operation) => missingScope(operation, forge.options.scopes),
  };

  const later = (ms: number, task: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, ms);
    timers.add(timer);
  };

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const { call, request } = await receive(message, numbers.get(message.socket) ?? 0);
    const api = /^\/api\/orgs(\/|$)/.test(call.path) ? forgeApi : cloudApi;
    requests.push(request);
    request.violations = api.contract.checkRequest(call);
    response.once('close', () => options.onRequest?.(request));
    const exchange = exchangeOf({ api, call, request, response, access, later });
    for (const fault of faults.strike(request)) {
      if (fault.kind !== 'call') return applyFault(fault, exchange);
      await fault.call(request);
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
  server.on('connection', (socket) => numbers.set(socket, ++connections));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: addressOf(origin, ''),
    urlFor: (caller) => addressOf(origin, caller),
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
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        // Callers that were left hanging must not keep the server up.
        server.closeAllConnections();
      }),
  };
}
