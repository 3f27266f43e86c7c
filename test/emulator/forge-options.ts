import { ALL_SCOPES } from './forge-scopes.ts';
import type { RateLimitOptions } from './rate-limits.ts';

export interface ForgeOptions {
  /** The scopes of the token. */
  scopes: string[];
  /** The statuses of a created process; by default those of Forge. */
  createScript: string[] | undefined;
  /** The statuses of a process after restart, start and stop; by default those of Forge. */
  restartScript: string[] | undefined;
  startScript: string[] | undefined;
  /** The statuses through which a started process cycles; empty if it stays up. */
  flapping: string[];
  /** Milliseconds by which the list lags behind creations and removals. */
  listLag: number;
  /** The number of reads that still show a deleted process, as `removing`. */
  removalLooks: number;
  rateLimit: RateLimitOptions;
}

/** The options that a test may set; the others keep their defaults. */
export type ForgeSettings = Partial<Omit<ForgeOptions, 'rateLimit'>> & {
  rateLimit?: Partial<RateLimitOptions>;
};

export const defaultOptions = (): ForgeOptions => ({
  scopes: [...ALL_SCOPES],
  createScript: undefined,
  restartScript: undefined,
  startScript: undefined,
  flapping: [],
  listLag: 0,
  removalLooks: 0,
  rateLimit: {
    enforced: true,
    general: 60,
    // One limit for each user, for all requests.
    changes: Number.POSITIVE_INFINITY,
    commands: Number.POSITIVE_INFINITY,
    logs: Number.POSITIVE_INFINITY,
    tellsReset: false,
  },
});
