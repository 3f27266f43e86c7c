import { LogTurns } from '../cloud/environment-log-reader.ts';
import { type PacedWait, Pacer, type Runtime } from '../converge/look.ts';
import { type HttpClient, openClient } from '../http/client.ts';
import type { Step } from '../runner/step.ts';
import { Deadline, waitingFor } from '../time.ts';
import type { Connection } from './inputs/connection.ts';

/** Milliseconds for races and lost responses, on top of the work itself. */
export const raceLimit = 120_000;

/** Milliseconds to read a hundred environments. */
export const readingTime = 120_000;

/** The state that the sessions of all parts of a step share. */
interface Shared {
  /** The limit for each part of the step, in milliseconds. */
  readonly limit: number;
  /** Spaces the reads of all waits of the step. */
  readonly pacer: Pacer;
  /** Spaces the reads of the logs of all environments. */
  readonly logTurns: LogTurns;
}

/** A step and its client. The client's requests and the engine's waits end with the same deadline. */
export class Session {
  readonly step: Step;
  readonly client: HttpClient;
  readonly shared: Shared;

  constructor(step: Step, client: HttpClient, shared: Shared) {
    this.step = step;
    this.client = client;
    this.shared = shared;
  }

  /** Returns a session for a part of the step that begins now. `more`: milliseconds beyond the usual limit. */
  within(more = 0): Session {
    const deadline = new Deadline(this.step.clock, this.shared.limit + more);
    return new Session(this.step, this.client.within(deadline), this.shared);
  }

  /** Returns a session for a part of the step with its own outputs, log and summary. */
  as(part: Step): Session {
    return new Session(part, this.client, this.shared);
  }

  /** Returns the engine's runtime. `subject`: the subject of its checkpoints. */
  runtime(subject: string): Runtime {
    const { step, client } = this;
    return {
      clock: client.clock,
      random: step.random,
      cancelled: step.cancelled,
      pacer: this.shared.pacer,
      timeLeft: () => client.timeLeft,
      log: (line) => step.log.info(line),
      warn: (line) => step.warn(line),
      checkpoint: (line, kind) => step.did(subject, line, kind),
    };
  }

  /** Returns a wait of `span` milliseconds. Time in which the rate limit stops all requests does not count. */
  waiting(span: number): PacedWait {
    const { step, client, shared } = this;
    return {
      ...waitingFor({ ...step, clock: client.clock }, span),
      pacer: shared.pacer,
      log: (line: string) => step.log.info(line),
    };
  }

  /** Returns the service's clock, in milliseconds since 1970. `at`: the service's time; else the runner's. */
  serviceTime(at = Date.now()): () => number {
    const { clock } = this.step;
    const readAt = clock.now();
    return () => at + clock.now() - readAt;
  }
}

/** Opens a session for `body`, and closes its connections afterwards, so that Node.js can end. */
export async function withSession(
  step: Step,
  { service, token, apiUrl, requestTimeout }: Connection,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  // Two minutes, or the time of four requests that time out.
  const limit = Math.max(120_000, 4 * requestTimeout);
  // Closing the transport interrupts reads that the step no longer needs: no log line for them.
  let isOver = false;
  const { clock, random, cancelled, cutOff, environment, connection } = step;
  const { client, transport } = openClient({
    ...{ baseUrl: apiUrl, token, requestTimeout, clock, random, cancelled, cutOff, environment },
    first: connection,
    hints: service.hints,
    deadline: new Deadline(clock, limit),
    onRetry: (line) => isOver || step.log.info(line),
    onExchange: (line) => step.log.debug(line),
  });
  try {
    const shared = { limit, pacer: new Pacer(client), logTurns: new LogTurns(step.clock) };
    await body(new Session(step, client, shared));
  } finally {
    isOver = true;
    transport.close();
  }
}
