import * as v from 'valibot';
import { Id, isOfType } from '../http/json-api.ts';

// The schemas read only the fields that the code uses. Of a resource only the id is required.

/** A background process in a response. `process.ts` reads its fields. */
export const ProcessResource = v.looseObject({ id: Id });

/** A background process in a list. Rejects resources of other types, which a list may hold, too. */
export const ListedProcess = v.pipe(
  ProcessResource,
  v.check((resource) => isOfType('backgroundProcesses', resource)),
);

export const NamedResource = v.object({ id: Id, attributes: v.object({ name: v.string() }) });
export type NamedResource = v.InferOutput<typeof NamedResource>;
