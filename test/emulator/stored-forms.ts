import type { GivenProcess } from './cloud-givens.ts';

/** What a server makes of a process that it is to keep; it answers with what it keeps. */
export type StoredForm = (given: GivenProcess) => GivenProcess;

export const storedAsGiven: StoredForm = (given) => given;

/** A command that goes on, as if the server knew better. */
export const withSuffix =
  (suffix: string): StoredForm =>
  (given) =>
    given.type === 'custom' ? { ...given, command: `${given.command}${suffix}` } : given;

export const quotesDropped: StoredForm = (given) =>
  given.type === 'custom' ? { ...given, command: (given.command ?? '').replaceAll(/["']/g, '') } : given;

/** The names of a queue list in another order, which is another priority. */
export const queuesSorted: StoredForm = (given) => {
  const { queue } = given.config ?? {};
  if (typeof queue !== 'string') return given;
  return { ...given, config: { ...given.config, queue: queue.split(',').sort().join(',') } };
};

export const connectionUntold: StoredForm = (given) =>
  given.type === 'worker' ? { ...given, config: { ...given.config, connection: null } } : given;
