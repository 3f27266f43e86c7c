/** The response of a handler. An object as body is sent as JSON, a text or bytes unchanged. */
export interface Answer {
  status: number;
  body?: unknown;
  contentType?: string;
  headers?: Record<string, string>;
}

const JSON_API = 'application/vnd.api+json';

export function document(status: number, body: unknown): Answer {
  return { status, body, contentType: JSON_API };
}

export function plainJson(status: number, body: unknown): Answer {
  return { status, body, contentType: 'application/json' };
}

export function page(status: number, body = ''): Answer {
  return { status, body, contentType: 'text/html; charset=UTF-8' };
}

export function failure(status: number, message: string): Answer {
  return plainJson(status, { message });
}

export function notFound(model: string, id: string): Answer {
  return failure(404, `No query results for model [App\\Models\\${model}] ${id}`);
}

/** Passes the item with this id to `answer`; without one, the response is a 404. */
export function withOne<T extends { id: string }>(
  model: string,
  items: readonly T[],
  id = '',
  answer: (item: T) => Answer,
): Answer {
  const found = items.find((item) => item.id === id);
  return found === undefined ? notFound(model, id) : answer(found);
}

/** Returns a refusal of a field. */
export function invalid(field: string, message: string): Answer {
  return plainJson(422, { message, errors: { [field]: [message] } });
}

export type JsonObject = Record<string, unknown>;

export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
