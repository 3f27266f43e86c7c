import type { Own, Prepare } from './scenario.ts';

export type Inputs = Record<string, string>;

export const command = 'php8.4 artisan horizon';

/** A step on the server, which is named by its id. */
export const onServer: Prepare = ({ server }) => ({ inputs: { organization: 'acme', server: server.id } });

/** These processes are there, of the command unless told otherwise. */
export function there(processes: readonly object[], inputs: Inputs = {}): Own {
  return ({ forge, server }) => {
    for (const process of processes) forge.addProcess(server, { command, ...process });
    return { inputs };
  };
}
