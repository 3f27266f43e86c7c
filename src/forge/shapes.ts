import * as v from 'valibot';

// Only what is used is taken from an answer. Of a resource only its id must be as expected.

const Id = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  v.pipe(v.number(), v.safeInteger(), v.transform(String)),
]);

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

/** A body that holds one resource. */
export function one<const S extends v.GenericSchema>(resource: S) {
  return v.object({ data: resource });
}
