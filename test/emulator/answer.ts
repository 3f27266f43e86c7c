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

export function noContent(): Answer {
  return { status: 204 };
}

/** Returns an empty page: Forge's response to accepted deletions and actions is not JSON. */
export function emptyPage(status: number): Answer {
  return { status, body: '', contentType: 'text/html; charset=UTF-8' };
}

export function failure(status: number, message: string): Answer {
  return { status, body: { message }, contentType: 'application/json' };
}

export function notFound(model: string, id: string): Answer {
  return failure(404, `No query results for model [App\\Models\\${model}] ${id}`);
}

/** Returns a refusal of fields. The message is the first text, with the number of further errors. */
export function invalid(errors: Record<string, string[]>): Answer {
  const texts = Object.values(errors).flat();
  const others = texts.length - 1;
  const more = others < 1 ? '' : ` (and ${others} more error${others === 1 ? '' : 's'})`;
  const message = `${texts[0] ?? 'The given data was invalid.'}${more}`;
  return { status: 422, body: { message, errors }, contentType: 'application/json' };
}
