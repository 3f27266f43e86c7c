import type { JsonObject } from './json.ts';

/** The relationships in the `include` of a request. */
export type Includes = ReadonlySet<string>;

export const NOTHING: Includes = new Set();

/** Returns each resource once. */
export function distinct(resources: readonly JsonObject[]): JsonObject[] {
  const seen = new Map(resources.map((resource) => [`${resource['type']} ${resource['id']}`, resource]));
  return [...seen.values()];
}

export function relationships(includes: Includes, known: Record<string, () => JsonObject>): JsonObject {
  const asked = Object.entries(known).filter(([name]) => includes.has(name));
  if (asked.length === 0) return {};
  return { relationships: Object.fromEntries(asked.map(([name, related]) => [name, related()])) };
}

export function one(type: string, id: string | undefined): JsonObject {
  return { data: id === undefined ? null : { type, id } };
}

export function many(type: string, items: readonly { id: string }[]): JsonObject {
  return { data: items.map(({ id }) => ({ type, id })) };
}
