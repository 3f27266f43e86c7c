import * as v from 'valibot';
import type { Existing } from '../converge/listing.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { attributesOf, Count, Id, listed, Text } from '../http/json-api.ts';
import { type Listed, listWhole, type PageBody, type Query, type Resource } from '../http/lists.ts';
import { shorten } from '../text.ts';

// The schemas read only the fields that the code uses.

/** A background process in a response. Only the id is required. `processFrom` reads the other fields. */
export const ProcessResource = v.looseObject({ id: Id });

export const ListedProcess = listed('backgroundProcesses', ProcessResource);

/** A server or a site. Only its id is required. */
const NamedResource = v.looseObject({ id: Id });

export const ListedServer = listed('servers', NamedResource);
export const ListedSite = listed('sites', NamedResource);

/** The default of Forge. It is unknown whether Forge allows larger pages. */
const pageSize = '30';

/** Reads a whole list: by its cursors (recorded), or by its links if a response has no cursor. */
export async function listAll<const S extends Resource>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>, unknown>> {
  const query = { ...call.query, 'page[size]': pageSize };
  const next = ({ meta: { next_cursor: cursor } }: PageBody, linked: () => Query | undefined) =>
    cursor === '' ? [linked() ?? []].flat() : [{ ...query, 'page[cursor]': cursor }];
  return await listWhole(client, { ...call, query }, { resource, next });
}

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

/** Returns a process in a few words: `31 ("php8.4 artisan horizon")`; for a process in doubt, its id and the doubt. */
export function label({ id, command, doubt }: ForgeProcess): string {
  return `${id} (${doubt ?? JSON.stringify(shorten(command, 80))})`;
}
