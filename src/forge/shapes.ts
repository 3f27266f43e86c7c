import * as v from 'valibot';
import { Id } from '../http/json-api.ts';

// Only what is used is taken from an answer. Of a resource only its id must be as expected.

/** A background process as it came, and its id: `process.ts` makes sense of the rest. Lists may hold other types, too. */
export const ProcessResource = v.pipe(
  v.unknown(),
  v.check(
    (resource) => !v.is(v.object({ type: v.pipe(v.string(), v.notValue('backgroundProcesses')) }), resource),
  ),
  v.looseObject({ id: Id }),
);

/** A server or a site. */
export const NamedResource = v.object({ id: Id, attributes: v.object({ name: v.string() }) });
export type NamedResource = v.InferOutput<typeof NamedResource>;
