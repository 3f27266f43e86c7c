import { gzipSync } from 'node:zlib';
import { type Answer, asObject, type JsonObject } from './answer.ts';
import type { GivenProcess } from './cloud-records.ts';

// Changes of responses, for the fault `edit`.

type Edit = (answer: Answer) => Answer;

export function withId(id: unknown): Edit {
  return editData((data) => ({ ...data, id }));
}

/** Sets attributes of the resource, or of each resource of a list. */
export function withAttributes(attributes: JsonObject): Edit {
  return editData((resource) => changed(resource, attributes));
}

/** Sets relationships of the resource, or of each resource of a list, even without an `include`. */
export function withRelationships(relationships: JsonObject): Edit {
  return editData((resource) => ({
    ...resource,
    relationships: { ...asObject(resource['relationships']), ...relationships },
  }));
}

/** Sets attributes of each process, also of included ones. */
export function processesWith(attributes: JsonObject): Edit {
  const ofProcess = (each: unknown) => {
    const resource = asObject(each);
    return resource['type'] === 'background_processes' ? changed(resource, attributes) : each;
  };
  return editBody((body) => ({
    ...body,
    data: overEach(body['data'], ofProcess),
    ...(body['included'] === undefined ? {} : { included: overEach(body['included'], ofProcess) }),
  }));
}

/** Changes the list of a response. */
export function editList(change: (data: JsonObject[]) => unknown[]): Edit {
  return editBody((body) => ({ ...body, data: change([body['data']].flat().map(asObject)) }));
}

/** Puts an entry at the start of a list. */
export function withEntry(entry: unknown): Edit {
  return editList((data) => [entry, ...data]);
}

export function withMeta(meta: JsonObject): Edit {
  return editBody((body) => ({ ...body, meta: { ...asObject(body['meta']), ...meta } }));
}

export function withLinks(links: JsonObject): Edit {
  return editBody((body) => ({ ...body, links: { ...asObject(body['links']), ...links } }));
}

/** Changes the included resources of a response that has some. */
export function editIncluded(change: (included: JsonObject[]) => unknown): Edit {
  return editBody((body) =>
    Array.isArray(body['included']) ? { ...body, included: change(body['included']) } : body,
  );
}

/** Changes the response of a server that does not know `include`. */
export const bringingNothing: Edit = editBody(({ included: _, ...body }) => ({
  ...body,
  data: overEach(body['data'], (each) => ({ ...asObject(each), relationships: {} })),
}));

/** Compresses the body, although no request asks for that. */
export function gzipped(): Edit {
  return (answer) => ({
    ...answer,
    body: gzipSync(JSON.stringify(answer.body)),
    headers: { ...answer.headers, 'Content-Encoding': 'gzip' },
  });
}

function editBody(change: (body: JsonObject) => JsonObject): Edit {
  return (answer) => ({ ...answer, body: change(asObject(answer.body)) });
}

function editData(change: (resource: JsonObject) => JsonObject): Edit {
  return editBody((body) => ({ ...body, data: overEach(body['data'], (each) => change(asObject(each))) }));
}

function overEach(data: unknown, change: (each: unknown) => unknown): unknown {
  return Array.isArray(data) ? data.map(change) : change(data);
}

function changed(resource: JsonObject, attributes: JsonObject): JsonObject {
  return { ...resource, attributes: { ...asObject(resource['attributes']), ...attributes } };
}

// Changes of a process before the server stores it, for the option `storedForm`. Responses show the stored process.

export type StoredForm = (given: GivenProcess) => GivenProcess;

/** Changes the command of a custom process, as a server might do. */
export const withCommand =
  (change: (command: string) => string): StoredForm =>
  (given) =>
    given.type === 'custom' ? { ...given, command: change(given.command ?? '') } : given;

/** Changes the options of a worker. */
export const withConfig =
  (change: (config: JsonObject) => JsonObject): StoredForm =>
  (given) =>
    given.type === 'worker'
      ? { ...given, config: { ...given.config, ...change(given.config ?? {}) } }
      : given;
