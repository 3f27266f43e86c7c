import * as v from 'valibot';
import { Id, isOfType } from '../http/json-api.ts';

// Only what is used is taken from an answer. Of a resource only its id must be as expected.

/** A background process as it came, and its id: `process.ts` makes sense of the rest. */
export const ProcessResource = v.looseObject({ id: Id });

/** A background process in a list, which may hold resources of other types, too. */
export const ListedProcess = v.pipe(
  ProcessResource,
  v.check((resource) => isOfType('backgroundProcesses', resource), 'is about something of another type'),
);

export const NamedResource = v.object({ id: Id, attributes: v.object({ name: v.string() }) });
export type NamedResource = v.InferOutput<typeof NamedResource>;
