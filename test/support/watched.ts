import type { WatchedProcess } from '../../src/cloud/environment-log.ts';

/** Horizon in one of several copies. */
export const horizon: WatchedProcess = {
  id: 'process-1',
  command: 'php artisan horizon',
  cluster: 'Workers',
  copies: 1,
  isSingle: false,
  recycles: false,
  bornAt: undefined,
};
