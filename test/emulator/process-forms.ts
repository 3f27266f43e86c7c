import { asObject, type JsonObject } from './json.ts';

/** Forms in which a process can be told; the server's answers have only been seen in the first. */
export function asRecorded(resource: JsonObject): JsonObject {
  return resource;
}

/** Whatever its kind: `formWith({ config: ['<unknown>'] })`. */
export function formWith(attributes: JsonObject): (resource: JsonObject) => JsonObject {
  return (resource) => ({
    ...resource,
    attributes: { ...asObject(resource['attributes']), ...attributes },
  });
}

/** The options of a worker as the only entry of a list. */
export function configInList(resource: JsonObject): JsonObject {
  const attributes = asObject(resource['attributes']);
  return attributes['type'] === 'worker' ? formWith({ config: [attributes['config']] })(resource) : resource;
}
