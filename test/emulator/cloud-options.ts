import type { PageManners } from './cloud-pages.ts';
import type { ExistingProcess } from './cloud-records.ts';
import { type CommandOutcome, succeeds } from './command-outcomes.ts';
import type { JsonObject } from './json.ts';
import type { Lags } from './lag.ts';
import { asRecorded } from './process-forms.ts';
import { type ProcessLife, staysUp } from './process-life.ts';
import type { RateLimitOptions } from './rate-limits.ts';
import { type StoredForm, storedAsGiven } from './stored-forms.ts';

/** What a server may make of `include`. */
export interface IncludeManners {
  /** Names that it does not know: it answers as if nobody had asked for them. */
  ignores?: string[];
  /** It gives no more included resources than so many. */
  atMost?: number;
  /** Leaves a resource out, though a relationship names it. */
  omits?: (resource: JsonObject) => boolean;
}

export interface LogManners {
  /** How many entries make a page, about. */
  perPage: number;
  /** Whether `query` brings an entry. */
  query: (message: string, query: string) => boolean;
  /** What the log calls the cluster of an instance, since the n-th deployment. */
  cluster: (name: string, deployment: number) => string;
}

/** A free text that an entry holds. */
const queryFilters: LogManners['query'] = (message, query) => message.includes(query);

/** All entries come, whatever is asked for. */
export const queryIgnored: LogManners['query'] = () => true;

/** None comes, as if it were matched with something else. */
export const queryFindsNothing: LogManners['query'] = () => false;

export interface CloudOptions {
  perPage: number;
  pages: PageManners;
  /** The server fills in what a worker was created without. */
  fillDefaults: boolean;
  /** A PATCH replaces the whole config instead of merging into it. */
  patchReplaces: boolean;
  /** Fields a PATCH ignores with a 200: 'processes', 'command', 'config', 'config.queue'. */
  patchIgnores: string[];
  /** Whether environments tell their variables, in clear text. */
  environmentVariables: 'told' | 'absent';
  /** Numbers and booleans of a process come back as strings. */
  numbersAsStrings: boolean;
  /** Changes the form in which a process is told. */
  processForm: (resource: JsonObject, process: ExistingProcess) => JsonObject;
  /** What is kept of a process that is made or changed. */
  storedForm: StoredForm;
  /** How the ids of processes are told. */
  processIds: 'text' | 'numbers';
  createdAtResolution: 'second' | 'microsecond';
  /** How many milliseconds the clock for ids and dates is ahead of the one that the header Date tells. */
  createdAtSkew: number;
  idOrder: 'random' | 'time';
  /** What POST deployments answers when it works. */
  deploymentStatus: 200 | 201;
  /** What POST deployments answers while another one runs. */
  deploymentConflict: 409 | 422;
  deploymentScript: string[];
  /** Milliseconds that a deployment takes for its script; with each look a status further if left out. */
  deploymentTakes: number | undefined;
  /** How a process lives once a deployment has brought it up; a function may look at the process. */
  processLife: ProcessLife | ((process: ExistingProcess) => ProcessLife);
  logs: LogManners;
  /** What POST commands answers when it works. */
  commandStatus: 200 | 201;
  /** How commands end; a function may look at the command line. */
  commandOutcome: CommandOutcome | ((command: string) => CommandOutcome);
  organization: { id: string; name: string; slug: string };
  rateLimit: RateLimitOptions;
  lag: Lags;
  includes: IncludeManners;
}

/** What may be given, with the rest as it is by default. */
export type CloudSettings = Partial<Omit<CloudOptions, 'rateLimit' | 'logs'>> & {
  rateLimit?: Partial<RateLimitOptions>;
  logs?: Partial<LogManners>;
};

export const defaultOptions = (): CloudOptions => ({
  perPage: 100,
  pages: {},
  fillDefaults: false,
  patchReplaces: false,
  patchIgnores: [],
  environmentVariables: 'told',
  numbersAsStrings: false,
  processForm: asRecorded,
  storedForm: storedAsGiven,
  processIds: 'text',
  createdAtResolution: 'second',
  createdAtSkew: 0,
  // Recorded: of two, the younger has the greater id.
  idOrder: 'time',
  deploymentStatus: 201,
  deploymentConflict: 422,
  deploymentScript: [
    'pending',
    'build.running',
    'build.succeeded',
    'deployment.running',
    'deployment.succeeded',
  ],
  commandStatus: 200,
  commandOutcome: succeeds('Done.'),
  deploymentTakes: undefined,
  processLife: staysUp,
  logs: {
    perPage: 100,
    query: queryFilters,
    cluster: (name, deployment) => `[Deploy: ${deployment}] ${name} cluster`,
  },
  organization: { id: 'org-00000000-0000-4000-8000-000000000001', name: 'Acme', slug: 'acme' },
  rateLimit: {
    enforced: false,
    windowMs: 60_000,
    general: 120,
    changes: 30,
    commands: 20,
    logs: 30,
    resetOn: 'refusals',
    reset: 'absolute',
    retryAfter: true,
  },
  lag: {},
  includes: {},
});
