import { HttpClient } from '../../http/client.ts';
import { maxConcurrency } from '../../http/side-by-side.ts';
import type { ServiceHints } from '../../http/status-failure.ts';
import { openTransport, usualLimits } from '../../http/transport.ts';
import type { Step } from '../../runner/step.ts';
import { Deadline } from '../../time/deadline.ts';
import { readToken, type TokenSource } from './token.ts';

/** A service that the actions talk to. */
export interface Service {
  readonly hints: ServiceHints;
  readonly token: TokenSource;
  readonly apiUrl: string;
}

/** How to reach the API, from the inputs that every action has. */
export interface Connection {
  readonly service: Service;
  readonly token: string;
  readonly apiUrl: URL;
  /** Milliseconds. */
  readonly requestTimeout: number;
}

export { maxConcurrency };

/** Reads `token`, `api-url`, `request-timeout` and `summary`. */
export function readConnection(
  { inputs, secrets, environment, workflow, withoutSummary }: Step,
  service: Service,
): Connection {
  const token = readToken(inputs, service.token, environment, workflow, secrets);
  if (!inputs.flag('summary', true)) withoutSummary();
  return {
    service,
    token,
    apiUrl: inputs.apiUrl('api-url', service.apiUrl),
    requestTimeout: inputs.seconds('request-timeout', { min: 0.1, max: 3600 }, 30),
  };
}

/** Opens a client, and closes its connections when the body is done, so that the process can end. */
export async function withClient<T>(
  step: Step,
  connection: Connection,
  body: (client: HttpClient) => Promise<T>,
): Promise<T> {
  const { service, token, apiUrl, requestTimeout } = connection;
  const transport = await openTransport({
    origin: apiUrl,
    environment: step.environment,
    first: step.connection,
    connections: maxConcurrency,
    ...usualLimits,
    connectTimeout: Math.min(usualLimits.connectTimeout, requestTimeout),
  });
  try {
    return await body(
      new HttpClient({
        baseUrl: apiUrl,
        token,
        transport,
        requestTimeout,
        hints: service.hints,
        userAgent: 'laravel-background-process-action/1',
        deadline: workDeadline(step, connection),
        clock: step.clock,
        random: step.random,
        wallClock: Date.now,
        cancelled: step.cancelled,
        cutOff: step.cutOff,
        onRetry: (line) => step.log.info(line),
        onExchange: (line) => step.log.debug(line),
      }),
    );
  } finally {
    await transport.close();
  }
}

/** What runs that race, and answers that are lost, may take on top of the work itself, in milliseconds. */
export const raceLimit = 120_000;

/** The limit for one part of a step: two minutes, or four requests that use up their time. */
export function workDeadline({ clock }: Step, { requestTimeout }: Connection, more = 0): Deadline {
  return new Deadline(clock, Math.max(120_000, 4 * requestTimeout) + more);
}
