import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { ProcessSpec, WorkerConfig } from '../../src/cloud/spec.ts';
import type { Listing } from '../../src/converge/listing.ts';

/** Returns an existing process; by default a worker on the queue `default`. */
export function existing(process: Partial<ExistingProcess> & { readonly id: string }): ExistingProcess {
  return {
    type: 'worker',
    processes: 1,
    command: 'php artisan queue:work --quiet',
    config: {},
    tellsConfig: true,
    odd: [],
    strategy: 'none',
    strategyThreshold: null,
    createdAt: '2026-04-04T11:24:42.000000Z',
    instanceId: 'inst-1',
    resource: undefined,
    ...process,
  };
}

/** Returns a declared worker, and a declared custom process, of Laravel Cloud. */
export const worker = (config: WorkerConfig = {}, processes = 1): ProcessSpec => ({
  type: 'worker',
  processes,
  config,
});

export const custom = (command: string, processes = 1): ProcessSpec => ({
  type: 'custom',
  processes,
  command,
});

/** Returns a list of one page; by default without the server's time. */
export function listingOf<P>(
  processes: readonly P[],
  more: Partial<Omit<Listing<P>, 'processes'>> = {},
): Listing<P> {
  return { processes, leaving: [], pages: 1, serverTime: undefined, ...more };
}
