import * as v from 'valibot';
import { attributesOf, Count, Text } from '../http/json-api.ts';
import { shorten } from '../text.ts';

/** A background process as it exists on a Forge server. Its name, seconds and signal cannot be read. */
export interface ForgeProcess {
  readonly id: string;
  /** Empty when it is not told. */
  readonly command: string;
  readonly user: string;
  readonly directory: string | null;
  /** Undefined when it is not told. */
  readonly processes: number | undefined;
  /** A word of the API, see `status.ts`; a word not known yet passes through. */
  readonly status: string;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
  /** The site whose list has shown it: Forge never tells a process's site. */
  readonly siteId?: string;
  /** Why it cannot be told which process this is. */
  readonly doubt?: string | undefined;
}

/**
 * The process that a resource of the API stands for. Only its id must be known: a field that is not understood is left
 * out, and if that leaves open which process this is, it is in doubt.
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
    // A status that is not told is neither up nor down.
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

/** A process by what it runs: `"php8.4 artisan horizon"`. */
export function nameOf({ id, command, doubt }: ForgeProcess): string {
  return doubt === undefined ? `"${shorten(command, 80)}"` : `${id} (${doubt})`;
}
