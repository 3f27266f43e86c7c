import type { PageManners } from './cloud-pages.ts';
import type { ExistingProcess } from './cloud-records.ts';
import { type CommandOutcome, succeeds } from './command-outcomes.ts';
import type { JsonObject } from './json.ts';
import { asRecorded } from './process-forms.ts';
import { type ProcessLife, staysUp } from './process-life.ts';
import type { RateLimitOptions } from './rate-limits.ts';
import { type StoredForm, storedAsGiven } from './stored-forms.ts';

/** The behaviours of a server with `include`. */
export interface IncludeManners {
  /** The names that the server ignores, as if the request did not have them. */
  ignores?: string[];
  /** The largest number of included resources in a response. */
  atMost?: number;
  /** True for a resource that a response does not include although a relationship names it. */
  omits?: (resource: JsonObject) => boolean;
}

export interface CloudOptions {
  perPage: number;
  pages: PageManners;
  /** True to fill in the options that a create request leaves out. */
  fillDefaults: boolean;
  /** The fields that a PATCH ignores with a 200: `processes`, `command`, `config`, `config.queue`. */
  patchIgnores: string[];
  /** True to send the numbers and booleans of a process as strings. */
  numbersAsStrings: boolean;
  /** Changes the form of a process in responses. */
  processForm: (resource: JsonObject, process: ExistingProcess) => JsonObject;
  /** Changes a created or updated process before it is stored. */
  storedForm: StoredForm;
  /** The form of process ids. */
  processIds: 'text' | 'numbers';
  createdAtResolution: 'second' | 'microsecond';
  idOrder: 'random' | 'time';
  /** The status of a successful POST of a deployment. */
  deploymentStatus: 200 | 201;
  deploymentScript: string[];
  /** Milliseconds of a deployment for its whole script; undefined: each read advances its status. */
  deploymentTakes: number | undefined;
  /** The life of a process after its deployment, also as a function of the process. */
  processLife: ProcessLife | ((process: ExistingProcess) => ProcessLife);
  /** The outcome of a command, also as a function of the command line. */
  commandOutcome: CommandOutcome | ((command: string) => CommandOutcome);
  rateLimit: RateLimitOptions;
  /**
   * Milliseconds by which lists of processes lag behind writes, also those included by `include=backgroundProcesses`.
   */
  lag: { lists?: number };
  includes: IncludeManners;
}

/** The options that a test may set; the others keep their defaults. */
export type CloudSettings = Partial<Omit<CloudOptions, 'rateLimit'>> & {
  rateLimit?: Partial<RateLimitOptions>;
};

export const defaultOptions = (): CloudOptions => ({
  perPage: 100,
  pages: {},
  fillDefaults: false,
  patchIgnores: [],
  numbersAsStrings: false,
  processForm: asRecorded,
  storedForm: storedAsGiven,
  processIds: 'text',
  createdAtResolution: 'second',
  // Recorded: of two processes, the younger has the greater id.
  idOrder: 'time',
  deploymentStatus: 201,
  deploymentScript: [
    'pending',
    'build.running',
    'build.succeeded',
    'deployment.running',
    'deployment.succeeded',
  ],
  commandOutcome: succeeds('Done.'),
  deploymentTakes: undefined,
  processLife: staysUp,
  rateLimit: { enforced: false, general: 120, changes: 30, commands: 20, logs: 30, tellsReset: true },
  lag: {},
  includes: {},
});
