import { asObject } from './answer.ts';

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

/** A schema violation, reduced to the fields used here. */
export interface Violation {
  keyword: string;
  instancePath: string;
  params?: unknown;
  message?: string | undefined;
}

/** Words schema violations of a body or query as the API does: by field, in sentences. */
export function fieldErrors(violations: readonly Violation[]): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const violation of violations) {
    const field = fieldOf(violation);
    errors[field] = [...(errors[field] ?? []), sentence(field, violation)];
  }
  return errors;
}

/** Returns a line for each violation, for readers. */
export function violationLines(violations: readonly Violation[]): string[] {
  return violations
    .filter(({ keyword }) => keyword !== 'if')
    .map((violation) => {
      const detail = JSON.stringify(violation.params ?? {});
      return `${violation.instancePath || '/'} ${violation.message ?? violation.keyword} ${detail}`;
    });
}

function fieldOf({ keyword, instancePath, params }: Violation): string {
  const path = instancePath.split('/').slice(2);
  const details = asObject(params);
  if (keyword === 'required') path.push(String(details['missingProperty']));
  if (keyword === 'additionalProperties') path.push(String(details['additionalProperty']));
  return path.join('.') || 'body';
}

function sentence(field: string, { keyword, params, message }: Violation): string {
  const details = asObject(params);
  const label = field.replaceAll('_', ' ');
  switch (keyword) {
    case 'required':
    case 'minLength':
      return `The ${label} field is required.`;
    case 'minimum':
      return `The ${label} field must be at least ${String(details['limit'])}.`;
    case 'maximum':
      return `The ${label} field must not be greater than ${String(details['limit'])}.`;
    case 'enum':
    case 'const':
      return `The selected ${label} is invalid.`;
    case 'additionalProperties':
      return `The ${label} field is prohibited.`;
    case 'type':
      return `The ${label} field must be ${TYPE_WORDS[String(details['type'])] ?? 'valid'}.`;
    default:
      return `The ${label} field ${message ?? 'is invalid'}.`;
  }
}

const TYPE_WORDS: Record<string, string> = {
  integer: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  object: 'an array',
};
