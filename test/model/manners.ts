/** The behaviours of a service that its API description leaves open. Times are in milliseconds. */
export interface Manners {
  readonly perPage: number;
  readonly order: 'oldest first' | 'newest first';
  /** The precision of `created_at`. */
  readonly dates: 'second' | 'microsecond' | 'none';
  readonly removal: { readonly takes: number; readonly acts: 'at its start' | 'at its end' };
  /** The resources of unknown shapes in every list. */
  readonly odd: readonly unknown[];
  /** The changes by others while a run reads pages: after each group of `every` pages, at most `times` times. */
  readonly churn: { readonly kind: 'swap' | 'reorder'; readonly every: number; readonly times: number };
  /** The rate limit for all runs together, in requests per minute. */
  readonly budget: number | undefined;
  /** The time in which the service responds 503 to every request, and does not act. */
  readonly outage: { readonly from: number; readonly until: number } | undefined;
  /** The time at which somebody else deletes the youngest matching process. */
  readonly vandal: number | undefined;
}

/** The behaviours of Laravel Cloud. */
export interface CloudManners extends Manners {
  /** True to fill in the options that a create request leaves out. */
  readonly fillsDefaults: boolean;
  readonly patch: 'merges' | 'replaces';
  /** A field that an update accepts and does not apply. */
  readonly patchIgnores: 'processes' | 'tries' | undefined;
  /**
   * The process in the response to an update. A response with another process has the requested values, whether or not
   * the update was applied.
   */
  readonly patchAnswers: 'itself' | 'another, applied' | 'another, not applied';
  /** The time for which neither the response to an update nor a read by id shows the update. */
  readonly patchLag: number;
  readonly ids: 'in order' | 'by the clock' | 'random';
  readonly numbersAsText: boolean;
  readonly configAs: 'an object' | 'a list of one';
}

/** The behaviours of Laravel Forge. */
export interface ForgeManners extends Manners {
  /** The id of the first process. When ids get one more digit, text order and number order differ. */
  readonly firstId: number;
  /** True to refuse a name that is in use. */
  readonly namesAreUnique: boolean;
  /** The time for which Forge still shows a deleted process, as `removing`, and its name stays in use. */
  readonly lingers: number;
  /** True if a list shows processes under removal. */
  readonly showsLeaving: boolean;
}

/** Laravel Cloud's resources of unknown shapes. */
export const oddOnCloud: readonly unknown[] = [
  {
    id: 'process-odd-1',
    type: 'background_processes',
    attributes: { type: 'daemon', processes: 1, command: null, config: [], created_at: null },
  },
  {
    id: 'process-odd-2',
    type: 'background_processes',
    attributes: { type: 'worker', processes: { min: 1, max: 3 }, config: { queue: 'odd' } },
  },
  { id: 'process-odd-3', type: 'daemons' },
  {
    id: 'process-odd-4',
    type: 'background_processes',
    attributes: {
      type: 'custom',
      processes: 1,
      command: 'php artisan odd',
      config: ['--tries=3', '--force'],
    },
  },
];

/** Laravel Forge's resources of unknown shapes. */
export const oddOnForge: readonly unknown[] = [
  { id: '7001', type: 'daemons' },
  {
    id: '7002',
    type: 'backgroundProcesses',
    attributes: { command: 'php artisan odd', user: 'forge', directory: null, processes: 'some', status: 7 },
  },
];
