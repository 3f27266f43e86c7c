import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseManifest } from '../../src/manifest/parse.ts';
import { configKeys, processesRange } from '../../src/processes/spec.ts';
import { cases } from './manifests.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/background-processes.schema.json', import.meta.url), 'utf8'),
);
const accepts = new Ajv({ strict: true, strictRequired: false }).compile(schema);

describe('The JSON Schema for editors and the action’s own check agree', () => {
  test.each(cases.map((each) => [each.title, each] as const))('%s', (_, { text }) => {
    const value: unknown = parse(text);
    expect(accepts(value)).toBe(parseManifest(text, 'm.yml').mistakes.length === 0);
  });

  test('the schema knows each option and the range of processes', () => {
    const { config, process } = schema.definitions;
    expect(Object.keys(config.properties)).toEqual(Object.keys(configKeys));
    expect(process.properties.processes).toMatchObject({
      minimum: processesRange.min,
      maximum: processesRange.max,
    });
  });
});
