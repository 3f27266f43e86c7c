import { ExponentialBackoff, type IBackoff, noJitterGenerator } from 'cockatiel';
import type { Random } from './clock.ts';

export interface BackoffOptions {
  /** The first pause in milliseconds. */
  readonly first: number;
  /** No pause is longer than this many milliseconds. */
  readonly longest: number;
}

/** Pauses that double, each drawn from the upper half of its span, so that runs started together drift apart. */
export function backoff({ first, longest }: BackoffOptions, random: Random): () => number {
  const policy = new ExponentialBackoff({
    initialDelay: first,
    maxDelay: longest,
    generator: noJitterGenerator,
  });
  let step: IBackoff<unknown> | undefined;
  return () => {
    step = step === undefined ? policy.next() : step.next(undefined);
    return Math.round(step.duration * (0.5 + random() / 2));
  };
}
