import type { ProcessSpec, WorkerConfig } from '../../src/cloud/spec.ts';

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
