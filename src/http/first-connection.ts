import { connect, type Socket } from 'node:net';

/** A connection to an API that was begun before anything needed it. */
export interface FirstConnection {
  readonly origin: string;
  readonly socket: Socket;
}

/** Milliseconds that the way to the host may take to be found; after that, both go on side by side. */
const longestWait = 10;

/**
 * Begins to connect to the API before the code is loaded that will talk to it: far away, the one takes as long as the
 * other. Nothing is sent, and what comes of it is known later: whoever takes the connection looks after it. Undefined
 * where none is needed: behind a proxy, or over http, which only leads to this machine itself.
 */
export async function connectFirst(
  usualUrl: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FirstConnection | undefined> {
  // As the runner hands in the input `api-url`, which is not checked yet.
  const address = environment['INPUT_API-URL']?.trim() || usualUrl;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' || environment['https_proxy'] || environment['HTTPS_PROXY'])
    return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443) });
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
