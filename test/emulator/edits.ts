import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import { asObject, type JsonObject } from './json.ts';

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
  return editProcesses((process) => changed(process, attributes));
}

export function processesWithout(...names: string[]): Edit {
  return editProcesses((process) => lacking(process, names));
}

/** Puts an entry at the start of a list. */
export function withEntry(entry: unknown): Edit {
  return editBody((body) => ({ ...body, data: [entry, ...[body['data']].flat()] }));
}

/** Puts the single resource into a list. */
export function dataInList(): Edit {
  return editBody((body) => ({ ...body, data: [body['data']] }));
}

export function withMeta(meta: JsonObject): Edit {
  return editBody((body) => ({ ...body, meta: { ...asObject(body['meta']), ...meta } }));
}

export function withLinks(links: JsonObject): Edit {
  return editBody((body) => ({ ...body, links: { ...asObject(body['links']), ...links } }));
}

export function withIncluded(included: unknown): Edit {
  return editBody((body) => ({ ...body, included }));
}

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

function editProcesses(change: (process: JsonObject) => JsonObject): Edit {
  const ofProcess = (each: unknown) => {
    const resource = asObject(each);
    return resource['type'] === 'background_processes' ? change(resource) : each;
  };
  return editBody((body) => ({
    ...body,
    data: overEach(body['data'], ofProcess),
    ...(body['included'] === undefined ? {} : { included: overEach(body['included'], ofProcess) }),
  }));
}

function overEach(data: unknown, change: (each: unknown) => unknown): unknown {
  return Array.isArray(data) ? data.map(change) : change(data);
}

function changed(resource: JsonObject, attributes: JsonObject): JsonObject {
  return { ...resource, attributes: { ...asObject(resource['attributes']), ...attributes } };
}

function lacking(resource: JsonObject, names: readonly string[]): JsonObject {
  const kept = Object.entries(asObject(resource['attributes'])).filter(([name]) => !names.includes(name));
  return { ...resource, attributes: Object.fromEntries(kept) };
}
