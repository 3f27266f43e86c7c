/** How this Laravel Cloud behaves where its description leaves room. Times are in milliseconds. */
export interface Manners {
  readonly perPage: number;
  readonly order: 'oldest first' | 'newest first';
  /** Options that a create leaves out are filled in. */
  readonly fillsDefaults: boolean;
  readonly patch: 'merges' | 'replaces';
  /** A field that an update accepts and does not apply. */
  readonly patchIgnores: 'processes' | 'tries' | undefined;
  /** An update answers with another process, which is as was asked for; it may be applied for all that. */
  readonly patchAnswers: 'itself' | 'another, applied' | 'another, not applied';
  /** So long an update shows neither in its answer nor by id. */
  readonly patchLag: number;
  /** How exactly `created_at` is told, if at all. */
  readonly dates: 'second' | 'microsecond' | 'none';
  readonly ids: 'in order' | 'by the clock' | 'random';
  readonly removal: { readonly takes: number; readonly acts: 'at its start' | 'at its end' };
  readonly numbersAsText: boolean;
  readonly configAs: 'an object' | 'a list of one';
  /** Resources of shapes that nobody knows, in every list. */
  readonly odd: readonly Odd[];
  /** What others do to the list while its pages are read: after so many pages, so many times. */
  readonly churn: { readonly kind: 'swap' | 'reorder'; readonly every: number; readonly times: number };
  /** Requests that all runs together may send in a minute. */
  readonly budget: number | undefined;
  /** Every request is answered 503, and nothing is done. */
  readonly outage: { readonly from: number; readonly until: number } | undefined;
  /** When somebody else deletes the youngest that matches. */
  readonly vandal: number | undefined;
}

export type Odd = 'another type' | 'no number' | 'another resource' | 'a config of words';

const oddResources: Readonly<Record<Odd, unknown>> = {
  'another type': {
    id: 'process-odd-1',
    type: 'background_processes',
    attributes: { type: 'daemon', processes: 1, command: null, config: [], created_at: null },
  },
  'no number': {
    id: 'process-odd-2',
    type: 'background_processes',
    attributes: { type: 'worker', processes: { min: 1, max: 3 }, config: { queue: 'odd' } },
  },
  'another resource': { id: 'process-odd-3', type: 'daemons' },
  'a config of words': {
    id: 'process-odd-4',
    type: 'background_processes',
    attributes: {
      type: 'custom',
      processes: 1,
      command: 'php artisan odd',
      config: ['--tries=3', '--force'],
    },
  },
};

export function oddResource(odd: Odd): unknown {
  return oddResources[odd];
}
