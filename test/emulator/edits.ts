import type { Answer } from './answer.ts';
import { asObject, type JsonObject } from './json.ts';

type Edit = (answer: Answer) => Answer;

/** Changes for the fault `edit`: of the one resource that is answered, of what is told about a page, of headers. */
export function withId(id: unknown): Edit {
  return editData((data) => ({ ...data, id }));
}

export function withAttributes(attributes: JsonObject): Edit {
  return editData((data) => ({ ...data, attributes: { ...asObject(data['attributes']), ...attributes } }));
}

export function withMeta(meta: JsonObject): Edit {
  return editBody((body) => ({ ...body, meta: { ...asObject(body['meta']), ...meta } }));
}

/** Leaves out parts of the document, such as `links`. */
export function without(...parts: string[]): Edit {
  return editBody((body) =>
    Object.fromEntries(Object.entries(body).filter(([part]) => !parts.includes(part))),
  );
}

export function withHeaders(headers: Record<string, string>): Edit {
  return (answer) => ({ ...answer, headers: { ...answer.headers, ...headers } });
}

function editBody(change: (body: JsonObject) => JsonObject): Edit {
  return (answer) => ({ ...answer, body: change(asObject(answer.body)) });
}

function editData(change: (data: JsonObject) => JsonObject): Edit {
  return editBody((body) => ({ ...body, data: change(asObject(body['data'])) }));
}
