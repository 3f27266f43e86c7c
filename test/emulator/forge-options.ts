import { ALL_SCOPES } from './forge-scopes.ts';
import type { RateLimitOptions } from './rate-limits.ts';

export interface ForgeOptions {
  /** What the token may do. */
  scopes: string[];
  /** Which words `status` uses: with `running` and its kin, or the older set that ends at `installed`. */
  statusWords: 'running' | 'installed';
  /** How a created process goes on; by the status words if left out. */
  createScript: string[] | undefined;
  /** How it goes on after restart, start and stop; by the status words if left out. */
  restartScript: string[] | undefined;
  startScript: string[] | undefined;
  stopScript: string[] | undefined;
  /** What a process goes round in once it has come up; it stays up if there is none. */
  flapping: string[];
  /** Actions answer 500 as long as a process is installing. */
  actionFailsWhileInstalling: boolean;
  /** PUT with a name and no config answers 500, as has been seen. */
  renameFails: boolean;
  /** How far the list lies behind creations and removals, in milliseconds. */
  listLag: number;
  /** How many more looks still show a deleted process, as `removing`. */
  removalLooks: number;
  /** How long a deleted process is still shown, as `removing`, in milliseconds. */
  removalMs: number;
  /** The page size if none is asked for. */
  pageSize: number;
  rateLimit: RateLimitOptions;
}

/** What may be given, with the rest as it is by default. */
export type ForgeSettings = Partial<Omit<ForgeOptions, 'rateLimit'>> & {
  rateLimit?: Partial<RateLimitOptions>;
};

export const defaultOptions = (): ForgeOptions => ({
  scopes: [...ALL_SCOPES],
  statusWords: 'running',
  createScript: undefined,
  restartScript: undefined,
  startScript: undefined,
  stopScript: undefined,
  flapping: [],
  actionFailsWhileInstalling: false,
  renameFails: false,
  listLag: 0,
  removalLooks: 0,
  removalMs: 0,
  pageSize: 30,
  rateLimit: {
    enforced: true,
    windowMs: 60_000,
    general: 60,
    // One limit for each user, whatever is asked for.
    changes: Number.POSITIVE_INFINITY,
    commands: Number.POSITIVE_INFINITY,
    logs: Number.POSITIVE_INFINITY,
    resetOn: 'no answer',
    reset: 'absolute',
    retryAfter: true,
  },
});
