import { Pacer, type Runtime } from '../converge/look.ts';
import { HttpClient } from '../http/client.ts';
import { defaultLimits, maxConcurrency, openTransport } from '../http/transport.ts';
import type { Step } from '../runner/step.ts';
import { Deadline, waitingFor } from '../time.ts';
import type { Connection } from './inputs/connection.ts';

/** What runs that race, and answers that are lost, may take on top of the work itself, in milliseconds. */
export const raceLimit = 120_000;

/** What reading a hundred environments may take, in milliseconds. */
export const readingTime = 120_000;

/** A step and its client. What the client sends and what the engine waits for end with the same deadline. */
export class Session {
  readonly step: Step;
  readonly client: HttpClient;
  /** Milliseconds that any part of the step may take. */
  readonly #limit: number;
  /** Spaces the looks of all parts of the step. */
  readonly pacer: Pacer;

  constructor(step: Step, client: HttpClient, limit: number, pacer = new Pacer(client)) {
    this.step = step;
    this.client = client;
    this.#limit = limit;
    this.pacer = pacer;
  }

  /** For one part of the step, which begins now and may take `more` milliseconds beyond what any part may take. */
  within(more = 0): Session {
    const deadline = new Deadline(this.step.clock, this.#limit + more);
    return new Session(this.step, this.client.within(deadline), this.#limit, this.pacer);
  }

  /** For a part of the step that has outputs, a log and a summary of its own. */
  as(part: Step): Session {
    return new Session(part, this.client, this.#limit, this.pacer);
  }

  /** What the engine has to work with. `subject` is what its checkpoints are about. */
  runtime(subject: string): Runtime {
    const { step, client } = this;
    return {
      clock: client.clock,
      random: step.random,
      cancelled: step.cancelled,
      pacer: this.pacer,
      timeLeft: () => client.timeLeft,
      log: (line) => step.log.info(line),
      warn: (line) => step.warn(line),
      checkpoint: (line, kind) => step.did(subject, line, kind),
    };
  }

  /** A wait of so many milliseconds; those in which the rate limit lets no request through do not count. */
  waiting(span: number) {
    const { step, client } = this;
    return {
      ...waitingFor({ ...step, clock: client.clock }, span),
      log: (line: string) => step.log.info(line),
    };
  }

  /** The time of the service, in milliseconds since 1970, which it has just said is `at`; else that of the runner. */
  serviceTime(at = Date.now()): () => number {
    const { clock } = this.step;
    const readAt = clock.now();
    return () => at + clock.now() - readAt;
  }
}

/** Opens a session, and closes its connections when the body is done, so that the process can end. */
export async function withSession(
  step: Step,
  { service, token, apiUrl, requestTimeout }: Connection,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  const transport = await openTransport({
    origin: apiUrl,
    environment: step.environment,
    first: step.connection,
    connections: maxConcurrency,
    ...defaultLimits,
    connectTimeout: Math.min(defaultLimits.connectTimeout, requestTimeout),
  });
  // Two minutes, or four requests that use up their time.
  const limit = Math.max(120_000, 4 * requestTimeout);
  // A read that nobody waits for any more breaks off when the transport is closed: that is no news.
  let isOver = false;
  const client = new HttpClient({
    baseUrl: apiUrl,
    token,
    transport,
    requestTimeout,
    hints: service.hints,
    userAgent: 'laravel-background-process-action/1',
    deadline: new Deadline(step.clock, limit),
    clock: step.clock,
    random: step.random,
    wallClock: Date.now,
    cancelled: step.cancelled,
    cutOff: step.cutOff,
    onRetry: (line) => isOver || step.log.info(line),
    onExchange: (line) => step.log.debug(line),
  });
  try {
    await body(new Session(step, client, limit));
  } finally {
    isOver = true;
    await transport.close();
  }
}
