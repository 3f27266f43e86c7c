import * as v from 'valibot';

// Only what is used is taken from an answer.

/** A number, also when it comes as text. */
const Count = v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number))]);

const Id = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  v.pipe(v.number(), v.safeInteger(), v.transform(String)),
]);

export const ProcessResource = v.object({
  id: Id,
  attributes: v.object({
    command: v.string(),
    user: v.string(),
    directory: v.nullish(v.string()),
    processes: Count,
    // What it does not tell is neither up nor down.
    status: v.nullish(v.string(), 'unknown'),
    created_at: v.nullish(v.string()),
  }),
});

/** A server or a site. */
export const NamedResource = v.object({ id: Id, attributes: v.object({ name: v.string() }) });

export type ProcessResource = v.InferOutput<typeof ProcessResource>;
export type NamedResource = v.InferOutput<typeof NamedResource>;

/** A body that holds one resource. */
export function one<const S extends v.GenericSchema>(resource: S) {
  return v.object({ data: resource });
}
