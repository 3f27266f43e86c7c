import type { ExistingProcess } from '../../src/cloud/process.ts';

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
