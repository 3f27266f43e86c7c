/** How any service behaves where its description leaves room. Times are in milliseconds. */
export interface Manners {
  readonly perPage: number;
  readonly order: 'oldest first' | 'newest first';
  /** How exactly `created_at` is told, if at all. */
  readonly dates: 'second' | 'microsecond' | 'none';
  readonly removal: { readonly takes: number; readonly acts: 'at its start' | 'at its end' };
  /** Resources of shapes that nobody knows, in every list. */
  readonly odd: readonly unknown[];
  /** What others do to the list while its pages are read: after so many pages, so many times. */
  readonly churn: { readonly kind: 'swap' | 'reorder'; readonly every: number; readonly times: number };
  /** Requests that all runs together may send in a minute. */
  readonly budget: number | undefined;
  /** Every request is answered 503, and nothing is done. */
  readonly outage: { readonly from: number; readonly until: number } | undefined;
  /** When somebody else deletes the youngest that matches. */
  readonly vandal: number | undefined;
}

/** How this Laravel Cloud behaves. */
export interface CloudManners extends Manners {
  /** Options that a create leaves out are filled in. */
  readonly fillsDefaults: boolean;
  readonly patch: 'merges' | 'replaces';
  /** A field that an update accepts and does not apply. */
  readonly patchIgnores: 'processes' | 'tries' | undefined;
  /** An update answers with another process, which is as was asked for; it may be applied for all that. */
  readonly patchAnswers: 'itself' | 'another, applied' | 'another, not applied';
  /** So long an update shows neither in its answer nor by id. */
  readonly patchLag: number;
  readonly ids: 'in order' | 'by the clock' | 'random';
  readonly numbersAsText: boolean;
  readonly configAs: 'an object' | 'a list of one';
}

/** How this Laravel Forge behaves. */
export interface ForgeManners extends Manners {
  /** The id of the first process: where it gets a digit more, the order of texts is no longer that of numbers. */
  readonly firstId: number;
  /** Is a name taken only once? */
  readonly namesAreUnique: boolean;
  /** How long a process that was deleted is still shown, as `removing`, and keeps its name. */
  readonly lingers: number;
  /** Does a list show what is being removed? */
  readonly showsLeaving: boolean;
}

/** Resources of Laravel Cloud that nobody knows. */
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

/** Resources of Laravel Forge that nobody knows. */
export const oddOnForge: readonly unknown[] = [
  { id: '7001', type: 'daemons' },
  {
    id: '7002',
    type: 'backgroundProcesses',
    attributes: { command: 'php artisan odd', user: 'forge', directory: null, processes: 'some', status: 7 },
  },
];
