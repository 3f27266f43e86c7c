import { distinct, type Includes } from './cloud-resources.ts';
import type { Call } from './contract.ts';
import type { JsonObject } from './json.ts';

export function withIncluded<T>(
  includes: Includes,
  around: (item: T) => JsonObject[],
): { included?: (items: readonly T[]) => JsonObject[] } {
  return includes.size === 0 ? {} : { included: (items) => distinct(items.flatMap(around)) };
}

export function includedWith(includes: Includes, around: JsonObject[]): { included?: JsonObject[] } {
  return includes.size === 0 ? {} : { included: distinct(around) };
}

export function includesOf(call: Call): Includes {
  return new Set((call.query['include'] ?? '').split(',').filter((name) => name !== ''));
}

export function containsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value.toLowerCase().includes(wanted.toLowerCase());
}

export function equalsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value === wanted;
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
