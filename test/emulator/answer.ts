/** What a handler wants sent. A body that is an object goes out as JSON, a text or bytes as they are. */
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

/** Forge accepts deletions and actions with an empty page, not with JSON. */
export function emptyPage(status: number): Answer {
  return { status, body: '', contentType: 'text/html; charset=UTF-8' };
}

export function failure(status: number, message: string): Answer {
  return { status, body: { message }, contentType: 'application/json' };
}

export function notFound(model: string, id: string): Answer {
  return failure(404, `No query results for model [App\\Models\\${model}] ${id}`);
}

/** A refusal of fields: the first text stands for all, with a count of the others. */
export function invalid(errors: Record<string, string[]>): Answer {
  const texts = Object.values(errors).flat();
  const others = texts.length - 1;
  const more = others < 1 ? '' : ` (and ${others} more error${others === 1 ? '' : 's'})`;
  const message = `${texts[0] ?? 'The given data was invalid.'}${more}`;
  return { status: 422, body: { message, errors }, contentType: 'application/json' };
}
