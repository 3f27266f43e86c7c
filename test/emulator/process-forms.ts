import { asObject, type JsonObject } from './json.ts';

/** Forms in which a process can be told; the server's answers have only been seen in the first. */
export function asRecorded(resource: JsonObject): JsonObject {
  return resource;
}

/** The options of a worker as the only entry of a list. */
export function configInList(resource: JsonObject): JsonObject {
  return withConfig(resource, (config) => [config]);
}

/** What cannot be a worker's options at all. */
export function configOfNumbers(resource: JsonObject): JsonObject {
  return withConfig(resource, () => [1]);
}

/** No options, not even nulls. */
export function configEmptied(resource: JsonObject): JsonObject {
  return withConfig(resource, () => ({}));
}

function withConfig(resource: JsonObject, change: (config: JsonObject) => unknown): JsonObject {
  const attributes = asObject(resource['attributes']);
  if (attributes['type'] !== 'worker') return resource;
  return { ...resource, attributes: { ...attributes, config: change(asObject(attributes['config'])) } };
}
