import * as v from 'valibot';
import { Id, listed } from '../http/json-api.ts';

// The schemas read only the fields that the code uses. Of a resource only the id is required.

/** A background process in a response. `process.ts` reads its fields. */
export const ProcessResource = v.looseObject({ id: Id });

export const ListedProcess = listed('backgroundProcesses', ProcessResource);

export const NamedResource = v.object({ id: Id, attributes: v.object({ name: v.string() }) });
export type NamedResource = v.InferOutput<typeof NamedResource>;
