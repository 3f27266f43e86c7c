import type { ForgeProcess } from '../../../forge/process.ts';
import { code, type Html } from '../../../runner/html.ts';
import { table } from '../../../runner/summary.ts';

/** Processes as a table for the summary. */
export function forgeTable(processes: readonly ForgeProcess[]): Html {
  return table(
    ['Process', 'Status', 'Processes', 'Command', 'User', 'Directory', 'Created'],
    processes.map(({ id, status, processes: count, command, user, directory, createdAt }) =>
      [id, status, count, command, user, directory ?? '', createdAt ?? ''].map((value) => code(value)),
    ),
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
