import { asObject } from './json.ts';

/**
 * Reads a body as the servers do, less strictly than their descriptions: ignores unknown fields, nulls and empty texts,
 * accepts numbers and booleans as text, and an empty list as an empty object.
 */
export function readBody(schema: unknown, value: unknown): unknown {
  const { type, properties } = asObject(schema);
  const types = [type].flat();
  if (value === null || value === '') return types.includes('null') ? null : undefined;
  if (properties !== undefined) return readObject(asObject(properties), value);
  if (types.includes('integer') && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  if (types.includes('boolean') && typeof value !== 'boolean') return BOOLEANS.get(value) ?? value;
  return value;
}

function readObject(properties: Record<string, unknown>, value: unknown): unknown {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  if (typeof value !== 'object' || (Array.isArray(value) && !isEmptyList)) return value;
  const given = asObject(value);
  const read = Object.entries(properties).map(([name, schema]) => [name, readBody(schema, given[name])]);
  return Object.fromEntries(read.filter(([, field]) => field !== undefined));
}

const BOOLEANS = new Map<unknown, boolean>([
  ['1', true],
  ['0', false],
  [1, true],
  [0, false],
]);
