import { connect, type Socket } from 'node:net';

/** A connection to an API that was begun before the code was loaded that uses it. */
export interface EarlyConnection {
  readonly origin: string;
  readonly socket: Socket;
}

/** The API of an action, and the environment variables that may hold its token. */
export interface EarlyTarget {
  readonly apiUrl: string;
  readonly tokenVariables: readonly string[];
}

/** Milliseconds for each address of a host that has several, as `http/transport.ts` gives them. */
const attemptTimeout = 5_000;
/** Milliseconds that the look-up of the host may delay the loading of the code. */
const longestWait = 10;

/**
 * Begins to connect to the API while the action's code is still being read from disk: far away, the one takes as long as
 * the other. Only the connection is made; the request, and TLS, come later, through `http/transport.ts`. `runStep` closes
 * it in the end. Undefined where it would be of no use (behind a proxy; over http, which only leads to this machine), or
 * where the step is going to fail: without a token, or with an address that is refused.
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
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, longestWait);
    for (const event of ['connectionAttempt', 'close'])
      socket.once(event, () => {
        clearTimeout(timer);
        resolve(undefined);
      });
  });
  return { origin: url.origin, socket };
}
