import type { GivenProcess } from './cloud-givens.ts';

/** A server's change to a process before it stores it. Responses show the stored process. */
export type StoredForm = (given: GivenProcess) => GivenProcess;

export const storedAsGiven: StoredForm = (given) => given;

/** Appends a suffix to a command, as a server might do. */
export const withSuffix =
  (suffix: string): StoredForm =>
  (given) =>
    given.type === 'custom' ? { ...given, command: `${given.command}${suffix}` } : given;

export const quotesDropped: StoredForm = (given) =>
  given.type === 'custom' ? { ...given, command: (given.command ?? '').replaceAll(/["']/g, '') } : given;

/** Sorts the names of a queue list, which changes their priority. */
export const queuesSorted: StoredForm = (given) => {
  const { queue } = given.config ?? {};
  if (typeof queue !== 'string') return given;
  return { ...given, config: { ...given.config, queue: queue.split(',').sort().join(',') } };
};

export const connectionUntold: StoredForm = (given) =>
  given.type === 'worker' ? { ...given, config: { ...given.config, connection: null } } : given;
