import { ALL_SCOPES } from './forge-scopes.ts';
import type { RateLimitOptions } from './rate-limits.ts';

export interface ForgeOptions {
  /** What the token may do. */
  scopes: string[];
  /** How a created process goes on; as Forge does it if left out. */
  createScript: string[] | undefined;
  /** How it goes on after restart, start and stop; as Forge does it if left out. */
  restartScript: string[] | undefined;
  startScript: string[] | undefined;
  /** What a process goes round in once it has come up; it stays up if there is none. */
  flapping: string[];
  /** How far the list lies behind creations and removals, in milliseconds. */
  listLag: number;
  /** How many more looks still show a deleted process, as `removing`. */
  removalLooks: number;
  rateLimit: RateLimitOptions;
}

/** What may be given, with the rest as it is by default. */
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
    // One limit for each user, whatever is asked for.
    changes: Number.POSITIVE_INFINITY,
    commands: Number.POSITIVE_INFINITY,
    logs: Number.POSITIVE_INFINITY,
    tellsReset: false,
  },
});
