import * as v from 'valibot';
import { attributesOf, Count, Text } from '../http/json-api.ts';
import { shorten } from '../text.ts';

/** A background process as it exists on a Forge server. Its name, seconds and signal cannot be read. */
export interface ForgeProcess {
  readonly id: string;
  /** Empty if Forge does not report it. */
  readonly command: string;
  readonly user: string;
  readonly directory: string | null;
  /** Undefined if Forge does not report it. */
  readonly processes: number | undefined;
  /** A word of the API, see `status.ts`; an unknown word is kept. */
  readonly status: string;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
  /** The site whose list has shown it: Forge does not report a process's site. */
  readonly siteId?: string;
  /** The reason why the process cannot be identified. */
  readonly doubt?: string | undefined;
}

/**
 * Reads a process from a resource of the API. Only its id is required: fields of an unexpected form are left out. If they
 * are needed to identify the process, it is in doubt.
 */
export function processFrom(id: string, resource: unknown): ForgeProcess {
  const take = attributesOf(resource);
  const command = take('command', Text) ?? '';
  const user = take('user', Text) ?? '';
  const directory = take('directory', v.nullish(v.string(), null));
  const unknown = [
    ...(command === '' ? ['command'] : []),
    ...(user === '' ? ['user'] : []),
    ...(directory === undefined ? ['directory'] : []),
  ];
  return {
    id,
    command,
    user,
    directory: directory ?? null,
    processes: take('processes', Count),
    // An unreported status is neither up nor down.
    status: take('status', Text) ?? 'unknown',
    createdAt: take('created_at', v.string()) ?? null,
    ...(unknown.length === 0
      ? {}
      : { doubt: `its ${unknown.join(' and ')} ${unknown.length === 1 ? 'is' : 'are'} not known` }),
  };
}

/** A process in a few words: `31 ("php8.4 artisan horizon")`. */
export function label(process: ForgeProcess): string {
  return process.doubt === undefined ? `${process.id} (${nameOf(process)})` : nameOf(process);
}

/** A process by its command: `"php8.4 artisan horizon"`. */
export function nameOf({ id, command, doubt }: ForgeProcess): string {
  return doubt === undefined ? `"${shorten(command, 80)}"` : `${id} (${doubt})`;
}
