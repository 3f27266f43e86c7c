import type { PageManners } from './cloud-pages.ts';
import type { ExistingProcess } from './cloud-records.ts';
import { type CommandOutcome, succeeds } from './command-outcomes.ts';
import type { JsonObject } from './json.ts';
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

export interface CloudOptions {
  perPage: number;
  pages: PageManners;
  /** The server fills in what a worker was created without. */
  fillDefaults: boolean;
  /** Fields a PATCH ignores with a 200: 'processes', 'command', 'config', 'config.queue'. */
  patchIgnores: string[];
  /** Numbers and booleans of a process come back as strings. */
  numbersAsStrings: boolean;
  /** Changes the form in which a process is told. */
  processForm: (resource: JsonObject, process: ExistingProcess) => JsonObject;
  /** What is kept of a process that is made or changed. */
  storedForm: StoredForm;
  /** How the ids of processes are told. */
  processIds: 'text' | 'numbers';
  createdAtResolution: 'second' | 'microsecond';
  idOrder: 'random' | 'time';
  /** What POST deployments answers when it works. */
  deploymentStatus: 200 | 201;
  deploymentScript: string[];
  /** Milliseconds that a deployment takes for its script; with each look a status further if left out. */
  deploymentTakes: number | undefined;
  /** How a process lives once a deployment has brought it up; a function may look at the process. */
  processLife: ProcessLife | ((process: ExistingProcess) => ProcessLife);
  /** How commands end; a function may look at the command line. */
  commandOutcome: CommandOutcome | ((command: string) => CommandOutcome);
  rateLimit: RateLimitOptions;
  /** How many milliseconds lists of processes lie behind the writes, with what `include=backgroundProcesses` brings along. */
  lag: { lists?: number };
  includes: IncludeManners;
}

/** What may be given, with the rest as it is by default. */
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
  // Recorded: of two, the younger has the greater id.
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
  rateLimit: {
    enforced: false,
    general: 120,
    changes: 30,
    commands: 20,
    logs: 30,
    tellsReset: true,
  },
  lag: {},
  includes: {},
});
