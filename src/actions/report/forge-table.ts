import type { ForgeProcess } from '../../forge/process.ts';
import { isDead } from '../../forge/status.ts';
import { code, type Html, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { table } from '../../runner/summary.ts';

/** Processes as a table for the summary: what they are first, their ids last. */
export function forgeTable(processes: readonly ForgeProcess[]): Html {
  return table(
    ['Background process', 'Status', 'Processes', 'User', 'Directory', 'Id'],
    processes.map(({ id, status, processes: count, command, user, directory }) => [
      code(command),
      code(status),
      html`${count}`,
      code(user),
      code(directory ?? ''),
      code(id),
    ]),
  );
}

/** Processes as JSON, under the API's names. */
export function forgeJson(processes: readonly ForgeProcess[]): string {
  return JSON.stringify(
    processes.map(({ id, command, user, directory, processes: count, status, createdAt }) => ({
      id,
      command,
      user,
      directory,
      processes: count,
      status,
      created_at: createdAt,
    })),
  );
}

export function idsJson(processes: readonly ForgeProcess[]): string {
  return JSON.stringify(processes.map(({ id }) => id));
}

/** `1 background process`, `3 background processes`. */
export function counted(count: number): string {
  return `${count} background ${count === 1 ? 'process' : 'processes'}`;
}

/** One line of the log: `31  running  forge  3 × php8.4 artisan horizon`. */
export function forgeLine({ id, status, user, processes, command }: ForgeProcess): string {
  return `${id}  ${status}  ${user}  ${processes} × ${command}`;
}

/** A process that is there and down is as declared, and yet not as it should be. */
export function warnIfDown({ log }: Step, { id, status }: Pick<ForgeProcess, 'id' | 'status'>): void {
  if (!isDead(status) && status !== 'stopped') return;
  log.warning(
    `${id} exists but does not run: it is ${status}. Read its log in Forge; forge/restart starts it again.`,
  );
}
