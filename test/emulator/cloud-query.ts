import type { CloudState } from './cloud-state.ts';
import type { Call } from './contract.ts';
import type { JsonObject } from './json.ts';
import { distinct, type Includes } from './relationships.ts';

export function withIncluded<T>(
  state: CloudState,
  includes: Includes,
  around: (item: T) => JsonObject[],
): { included?: (items: readonly T[]) => JsonObject[] } {
  return includes.size === 0 ? {} : { included: (items) => brought(state, items.flatMap(around)) };
}

export function includedWith(
  state: CloudState,
  includes: Includes,
  around: JsonObject[],
): { included?: JsonObject[] } {
  return includes.size === 0 ? {} : { included: brought(state, around) };
}

export function includesOf({ options }: CloudState, call: Call): Includes {
  const asked = (call.query['include'] ?? '').split(',');
  const unknown = new Set(['', ...(options.includes.ignores ?? [])]);
  return new Set(asked.filter((name) => !unknown.has(name)));
}

function brought({ options }: CloudState, resources: readonly JsonObject[]): JsonObject[] {
  const { omits = () => false, atMost } = options.includes;
  return distinct(resources)
    .filter((resource) => !omits(resource))
    .slice(0, atMost);
}

export function containsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value.toLowerCase().includes(wanted.toLowerCase());
}

export function firstPage(call: Call): boolean {
  return (call.query['page'] ?? '1') === '1';
}

export function looked(hidden: readonly { hiddenFor: number }[]): void {
  for (const each of hidden) each.hiddenFor = Math.max(0, each.hiddenFor - 1);
}

export function originOf(call: Call): string {
  return new URL(call.url).origin;
}
