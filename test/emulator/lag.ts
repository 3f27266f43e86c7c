import type { Call } from './contract.ts';

/** How many milliseconds an answer lies behind the writes; a function is asked anew for each request. */
export type Lag = number | ((call: Call) => number);

/** What lies behind; nothing does unless told. */
export interface Lags {
  /** Lists of processes, and what `include=backgroundProcesses` brings along. */
  lists?: Lag;
  /** One process, deployment or command by its id. */
  byId?: Lag;
  /** The answer to a PATCH, which then shows the process as it was before. */
  patch?: Lag;
  /** The list of deployments: one that was started is not in it yet. */
  deployments?: Lag;
  /** The list of commands, likewise. */
  commands?: Lag;
  /** The log of an environment. */
  logs?: Lag;
}

export function lagOf(lag: Lag | undefined, call: Call): number {
  return typeof lag === 'function' ? lag(call) : (lag ?? 0);
}
