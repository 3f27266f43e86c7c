import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A connection to an API, opened while the code that uses it is still loading. */
export interface EarlyConnection {
  readonly origin: string;
  readonly socket: Socket;
}

/** The API of an action, and the environment variables that may hold its token. */
export interface EarlyTarget {
  readonly apiUrl: string;
  readonly tokenVariables: readonly string[];
}

/** Milliseconds for each address of a host with several; `http/connections.ts` allows the same. */
const attemptTimeout = 5_000;
/** Milliseconds that the DNS lookup may delay the loading of the code. */
const longestWait = 10;

/**
 * Starts to connect to the API while Node.js still reads the action's code from disk: with a distant server, both take
 * equally long. Opens only the TCP connection: `http/transport.ts` continues it with TLS and the first request, and
 * `runStep` closes the socket at the end. Returns undefined behind a proxy, for http (only for this machine), and where
 * the step will fail: without a token, or with an address that it refuses.
 */
export async function connectEarly(
  { apiUrl, tokenVariables }: EarlyTarget,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EarlyConnection | undefined> {
  const hasValue = (name: string): boolean => (environment[name] ?? '').trim() !== '';
  if (!['INPUT_TOKEN', ...tokenVariables].some(hasValue)) return undefined;
  if (environment['https_proxy'] || environment['HTTPS_PROXY']) return undefined;
  const address = environment['INPUT_API-URL']?.trim() || apiUrl;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' || url.username + url.password + url.search + url.hash !== '')
    return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: Number(url.port || 443),
    autoSelectFamilyAttemptTimeout: attemptTimeout,
  });
  socket.on('error', () => undefined);
  const begun = ['connectionAttempt', 'close'].map((event) => once(socket, event));
  await Promise.race([...begun, delay(longestWait)]).catch(() => undefined);
  return { origin: url.origin, socket };
}
