import * as v from 'valibot';
import type { TransportResponse } from './transport.ts';

/** A number, which a service may write as text. */
export const Count = v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,15}$/), v.transform(Number))]);

/** A number on which nothing depends: any other value becomes undefined. */
export const MaybeCount = v.fallback(v.optional(Count), undefined);

/** The id of a resource, as text. A service may write it as a number. */
export const Id = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  v.pipe(v.number(), v.safeInteger(), v.transform(String)),
]);

export const Text = v.pipe(v.string(), v.nonEmpty());

const Attributes = v.object({ attributes: v.record(v.string(), v.unknown()) });

/** Returns a reader of single attributes: for one of another form, calls `onOdd`, returns undefined. */
export function attributesOf(
  resource: unknown,
  onOdd: (name: string, value: unknown) => void = () => undefined,
): <const S extends v.GenericSchema>(name: string, schema: S) => v.InferOutput<S> | undefined {
  const read = v.safeParse(Attributes, resource);
  const attributes = read.success ? read.output.attributes : {};
  return (name, schema) => {
    const result = v.safeParse(schema, attributes[name]);
    if (result.success) return result.output;
    onOdd(name, attributes[name]);
    return undefined;
  };
}

/** Returns the schema of a resource in a list that may hold resources of other types, too. */
export function listed<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  type: string,
  resource: S,
) {
  return v.pipe(
    v.unknown(),
    v.check((found) => isOfType(type, found)),
    resource,
  );
}

const Typed = v.object({ type: Text });

/** True unless a resource states another type. Only letters count: `backgroundProcesses` is `background-processes`. */
function isOfType(type: string, resource: unknown): boolean {
  const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  return !v.is(Typed, resource) || letters(resource.type) === letters(type);
}

/** A list of any values; empty if the response has no list. */
export const Anything = v.fallback(v.array(v.unknown()), []);

/** Returns the schema of one resource, also in a list of one. With an `id`, refuses every other. */
export function one<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  resource: S,
  id?: string,
) {
  const isMeant = (found: v.InferOutput<S>): boolean => id === undefined || found.id === id;
  const only = v.pipe(v.unknown(), v.transform(onlyOne), resource);
  return v.object({
    data: v.pipe(only, v.check(isMeant, `is about another resource than ${id}`)),
    included: Anything,
  });
}

function onlyOne(data: unknown): unknown {
  return Array.isArray(data) && data.length === 1 ? data[0] : data;
}

/** The error of a response that cannot be read. Its message continues "the response": `is not JSON, or was cut off`. */
export class Undecodable extends Error {}

/** The error of a JSON response of another shape: a second request would most likely get the same. */
export class OtherShape extends Undecodable {}

/** Reads a response with a schema. An empty body is `undefined` for a schema that accepts that. */
export function decode<const S extends v.GenericSchema>(
  response: TransportResponse,
  schema: S,
): v.InferOutput<S> {
  const isNothing = response.body.trim() === '' && v.is(schema, undefined);
  const result = v.safeParse(schema, isNothing ? undefined : parse(response));
  if (result.success) return result.output;
  const [issue] = result.issues;
  // A check has a message of this form already.
  if (issue.type === 'check') throw new OtherShape(issue.message);
  throw new OtherShape(`does not have the expected shape (at ${describeIssue(issue)})`);
}

/** Describes the difference between a response and its schema: `data.id: expected string, found 5`. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const { expected, received } = issue;
  // Text is not repeated: it may be a secret that a server echoes, and a part of a secret is not recognized.
  const found = received === 'undefined' ? 'nothing' : received.startsWith('"') ? 'text' : received;
  return `${v.getDotPath(issue) ?? 'its root'}: expected ${expected}, found ${found}`;
}

/** Accepts any body except an HTML page: throws `Undecodable` for a login or error page with a 2xx status. */
export function expectNoPage(response: TransportResponse): void {
  try {
    parse(response);
  } catch (error) {
    if (error instanceof Page) throw new Undecodable('is an HTML page');
  }
}

/** Parses the body as JSON, whatever its shape and content type. Throws `Undecodable`. */
export function parse({ body, headers }: TransportResponse): unknown {
  const text = body.trim();
  if (text === '') throw new Undecodable('is empty');
  try {
    return JSON.parse(text);
  } catch {
    if (text.startsWith('<') || headers['content-type']?.includes('text/html'))
      throw new Page('is an HTML page instead of JSON');
    const isCompressed = !/^(identity)?$/i.test(headers['content-encoding'] ?? '');
    throw new Undecodable(
      isCompressed ? 'is compressed in a way that nobody asked for' : 'is not JSON, or was cut off',
    );
  }
}

class Page extends Undecodable {}
