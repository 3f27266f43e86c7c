import * as v from 'valibot';
import type { Existing } from '../converge/listing.ts';
import { attributesOf, Count, Text } from '../http/json-api.ts';
import { shorten } from '../text.ts';

/** A background process as it exists on a Forge server. Forge does not report its name, seconds and signal. */
export interface ForgeProcess extends Existing {
  /** Empty if the response lacks the command. */
  readonly command: string;
  /** Empty if the response lacks the user. */
  readonly user: string;
  readonly directory: string | null;
  /** Undefined if the response lacks the number. */
  readonly processes: number | undefined;
  /** A word of the API, also one that `status.ts` does not know; `unknown` if the response lacks it. */
  readonly status: string;
  /** The site whose list has shown the process: Forge does not report the site of a process. */
  readonly siteId?: string | undefined;
}

/**
 * Reads a process from a resource of the API, and ignores fields of an unexpected form. A process is in doubt if its
 * command or user is unknown, and vague if its directory is.
 */
export function processFrom(id: string, resource: unknown): ForgeProcess {
  const take = attributesOf(resource);
  const command = take('command', Text) ?? '';
  const user = take('user', Text) ?? '';
  const directory = take('directory', v.nullable(v.string()));
  const unknown = [...(command === '' ? ['command'] : []), ...(user === '' ? ['user'] : [])].join(' and ');
  return {
    id,
    command,
    user,
    // An empty text is no directory, either.
    directory: directory || null,
    processes: take('processes', Count),
    // An unreported status is neither up nor down.
    status: take('status', Text) ?? 'unknown',
    createdAt: take('created_at', v.string()) ?? null,
    ...(unknown !== '' && { doubt: `its ${unknown} ${unknown.includes(' ') ? 'are' : 'is'} not known` }),
    ...(directory === undefined && { vague: 'its directory is not known' }),
  };
}

/** Returns a process in a few words: `31 ("php8.4 artisan horizon")`. */
export function label(process: ForgeProcess): string {
  return process.doubt === undefined ? `${process.id} (${nameOf(process)})` : nameOf(process);
}

/** Returns the command: `"php8.4 artisan horizon"`; for a process in doubt, its id and the doubt. */
export function nameOf({ id, command, doubt }: ForgeProcess): string {
  return doubt === undefined ? `"${shorten(command, 80)}"` : `${id} (${doubt})`;
}
