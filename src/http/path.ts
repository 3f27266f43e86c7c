import { Failure } from '../failure.ts';

/** Builds a URL path from a template; every value becomes exactly one encoded path segment. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => text + segment(values[index - 1] ?? '') + part);
}

function segment(value: string | number): string {
  const text = String(value);
  // Servers and proxies resolve dot segments even when they are percent-encoded.
  if (text === '' || text === '.' || text === '..') {
    throw new Failure({
      what: 'The request’s address',
      why: `"${text}" cannot be an id or a name`,
      fix: 'Check the ids in the inputs',
    });
  }
  return encodeURIComponent(text.toWellFormed());
}
