import { asObject, type JsonObject } from './json.ts';

/** Returns a process in the recorded form. All other forms in this file are hypothetical. */
export function asRecorded(resource: JsonObject): JsonObject {
  return resource;
}

/** Returns a form with these attributes for each type of process: `formWith({ config: ['<unknown>'] })`. */
export function formWith(attributes: JsonObject): (resource: JsonObject) => JsonObject {
  return (resource) => ({ ...resource, attributes: { ...asObject(resource['attributes']), ...attributes } });
}

/** Returns a worker whose options are the only entry of a list. */
export function configInList(resource: JsonObject): JsonObject {
  const attributes = asObject(resource['attributes']);
  return attributes['type'] === 'worker' ? formWith({ config: [attributes['config']] })(resource) : resource;
}
