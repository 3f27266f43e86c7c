import { Failure } from '../../src/failure.ts';
import { HttpClient, type HttpClientOptions } from '../../src/http/client.ts';
import type { ServiceHints } from '../../src/http/hints.ts';
import { Deadline } from '../../src/time.ts';
import { FakeTransport, type Reply } from './fake-transport.ts';
import { VirtualClock } from './virtual-clock.ts';

export const hints: ServiceHints = {
  service: 'The Cloud',
  unauthorized: 'Renew the token',
  forbidden: 'Ask for the right',
  notFound: 'Check the ids',
  tooMany: 'Ask less',
};

export const token = 'the-token-of-the-tests';

/** The start of the virtual clock: midnight UTC. */
const startOfTime = Date.UTC(2026, 3, 4);

export type Overrides = Partial<
  Pick<HttpClientOptions, 'baseUrl' | 'hints' | 'requestTimeout' | 'random'>
> & {
  /** The deadline in milliseconds. */
  readonly deadline?: number;
};

/** Returns a client with scripted replies on a virtual clock, with pauses of maximum length. */
export function scriptedClient(replies: readonly Reply[], overrides: Overrides = {}) {
  const { deadline = 120_000, ...options } = overrides;
  const clock = new VirtualClock();
  const transport = new FakeTransport(...replies);
  const cancelled = new AbortController();
  const cutOff = new AbortController();
  const retries: string[] = [];
  const exchanges: string[] = [];
  const client = new HttpClient({
    baseUrl: new URL('https://cloud.example/api'),
    token,
    hints,
    transport,
    requestTimeout: 30_000,
    deadline: new Deadline(clock, deadline),
    clock,
    wallClock: () => startOfTime + clock.now(),
    random: () => 1,
    cancelled: cancelled.signal,
    cutOff: cutOff.signal,
    onRetry: (line) => retries.push(line),
    onExchange: (line) => exchanges.push(line),
    ...options,
  });
  return { client, clock, transport, cancelled, cutOff, retries, exchanges };
}

/** Returns the error of a task. Throws if the task succeeds. */
export async function failureOf(task: Promise<unknown>): Promise<unknown> {
  return await task.then(
    (value) => {
      throw new Error(`It did not fail, but gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** Returns the value of a task, or the failure that it ends with. Any other error is thrown on. */
export async function endOf<T>(task: Promise<T>) {
  return await task.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return { value: undefined, error };
    },
  );
}
