import type { IncomingMessage, ServerResponse } from 'node:http';
import { Access } from './access.ts';
import { cloudHandlers } from './cloud-handlers.ts';
import type { CloudSettings } from './cloud-options.ts';
import { CloudState } from './cloud-state.ts';
import { loadContract } from './contract.ts';
import { type Api, exchangeOf } from './exchange.ts';
import { applyFault } from './fault-effects.ts';
import { editBy, Faults } from './faults.ts';
import { forgeHandlers } from './forge-handlers.ts';
import type { ForgeSettings } from './forge-options.ts';
import { missingScope } from './forge-scopes.ts';
import { ForgeState } from './forge-state.ts';
import { Listener } from './listener.ts';
import { receive } from './receive.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { WorldTime } from './world-time.ts';

export const DEFAULT_TOKEN = 'test-token-0123456789abcdef';

export interface EmulatorOptions {
  /** The only valid token. */
  token?: string;
  /** The port; by default 0, which means any free port. */
  port?: number;
  cloud?: CloudSettings;
  forge?: ForgeSettings;
  /** The clock of both services, in epoch milliseconds; by default `time`. */
  now?: () => number;
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
  access: Access;
  /** The time that steps can share: it moves on as soon as all of them only wait. */
  time: WorldTime;
  close(): Promise<void>;
}

/** The faults after which a client waits for time to pass or for another event. */
const holdsBack: ReadonlySet<string> = new Set(['hang', 'slow', 'slow-body', 'late', 'call']);

const isOpen = ({ writableEnded, destroyed }: ServerResponse) => !writableEnded && !destroyed;

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloud = new CloudState(options.cloud);
  const forge = new ForgeState(options.forge);
  const held = new Set<ServerResponse>();
  const time = new WorldTime(() => [...held].filter(isOpen).length);
  cloud.now = options.now ?? (() => time.now());
  forge.now = cloud.now;
  const access = new Access(options.token ?? DEFAULT_TOKEN);
  const faults = new Faults(() => cloud.now());
  const requests: RecordedRequest[] = [];
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

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const { call, request } = await receive(message, cloud.now());
    const api = /^\/api\/orgs(\/|$)/.test(call.path) ? forgeApi : cloudApi;
    requests.push(request);
    request.violations = api.contract.checkRequest(call);
    response.once('close', () => {
      held.delete(response);
      options.onRequest?.(request);
    });
    const striking = faults.strike(request);
    const exchange = exchangeOf({
      api,
      call,
      request,
      response,
      access,
      later: (ms, task) => time.later(ms, task),
      edit: editBy(striking, request),
    });
    if (striking.some(({ kind }) => holdsBack.has(kind))) {
      held.add(response);
      time.lookSoon();
    }
    for (const fault of striking) if (fault.kind === 'call') await fault.call(request);
    for (const fault of striking) {
      if (fault.kind !== 'call' && fault.kind !== 'edit') return applyFault(fault, exchange);
    }
    held.delete(response);
    exchange.send(exchange.act());
  };

  const listener = new Listener(serve, time);
  const origin = `http://127.0.0.1:${await listener.listen(options.port ?? 0)}`;
  return {
    url: `${origin}/api`,
    origin,
    token: access.token,
    requests,
    get connections() {
      return listener.opened;
    },
    cloud,
    forge,
    faults,
    access,
    time,
    close: () => listener.close(),
  };
}
