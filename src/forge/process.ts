import * as v from 'valibot';
import type { Unreadable } from '../converge/listing.ts';
import type { InvalidItem } from '../http/lists.ts';
import { shorten } from '../text.ts';
import type { ProcessResource } from './shapes.ts';

/** A background process as it exists on a Forge server. Its name, site, seconds and signal cannot be read. */
export interface ForgeProcess {
  readonly id: string;
  readonly command: string;
  readonly user: string;
  readonly directory: string | null;
  readonly processes: number;
  /** A word of the API, see `status.ts`; a word not known yet passes through. */
  readonly status: string;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
}

/** A process, and the site whose list has shown it, where one was asked for. */
export interface PlacedProcess extends ForgeProcess {
  readonly siteId?: string;
}

export function processFrom({ id, attributes }: ProcessResource): ForgeProcess {
  const { command, user, directory, processes, status, created_at } = attributes;
  return {
    id,
    command,
    user,
    directory: directory ?? null,
    processes,
    status,
    createdAt: created_at ?? null,
  };
}

/** Is it surely no process? A list may come to hold resources of other types. */
export function isOfOtherType({ value }: InvalidItem): boolean {
  return v.is(v.object({ type: v.pipe(v.string(), v.notValue('backgroundProcesses')) }), value);
}

const Sketch = v.object({
  attributes: v.object({
    command: v.fallback(v.optional(v.string()), undefined),
    user: v.fallback(v.optional(v.string()), undefined),
    directory: v.fallback(v.nullish(v.string()), undefined),
  }),
});

/** What can be told of a resource that is not as expected. */
export function unreadableFrom({ id, value, why }: InvalidItem): Unreadable<ForgeProcess> {
  const sketch = v.safeParse(Sketch, value);
  const { command, user, directory } = sketch.success ? sketch.output.attributes : {};
  return {
    id: id ?? 'one without an id',
    why,
    known: {
      ...(command === undefined ? {} : { command }),
      ...(user === undefined ? {} : { user }),
      ...(directory === undefined ? {} : { directory }),
    },
  };
}

/** A process in a few words: `31 ("php8.4 artisan horizon")`. */
export function label({ id, command }: ForgeProcess): string {
  return `${id} ("${shorten(command, 80)}")`;
}
