import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCloudFile } from '../../src/cloud/fleet.ts';
import { commandLength, configKeys, ProcessDeclaration, processesRange } from '../../src/cloud/spec.ts';
import { forgeManifest } from '../../src/forge/manifest.ts';
import { ProcessDeclaration as ForgeDeclaration, secondsRange } from '../../src/forge/spec.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { continuedLine } from '../../src/manifest/schema.ts';
import { cases as forgeCases } from './forge-manifests.ts';
import { cases } from './manifests.ts';

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
const cloud = schemaOf('background-processes');
const forge = schemaOf('forge-processes');
const ajv = new Ajv({ strict: true, strictRequired: false });
const cloudAccepts = ajv.compile(cloud);
const forgeAccepts = ajv.compile(forge);

// The schemas are written by hand: what they are made of (patterns, lengths in characters, which keys exclude each other, words
// for editors) stands in no schema of the code in a form that a generator reads.

describe('The JSON Schema for editors and the action’s own check agree', () => {
  test.each(Object.entries(cases))('%s', (_, [text]) => {
    const isGood = parseCloudFile(text, 'm.yml').mistakes.length === 0;
    expect(cloudAccepts(parse(text))).toBe(isGood);
  });

  test.each(Object.entries(forgeCases))('of Forge: %s', (_, [text]) => {
    const isGood = parseManifest(text, 'm.yml', forgeManifest).mistakes.length === 0;
    expect(forgeAccepts(parse(text))).toBe(isGood);
  });

  test.each([
    'environments: { production: { instances: { App: [{ type: worker }] } } }',
    'application: shop\ndefaults: { instances: { App: [] } }\nenvironments: { "*": {}, staging: { defaults: false, instances: { App: [] } } }',
    'instances: { App: [] }\nenvironments: { production: { instances: { App: [] } } }',
    'instances: { App: [] }\napplication: shop',
    'defaults: { instances: { App: [] } }',
    'defaults: {}\nenvironments: { x: { instances: { App: [] } } }',
    'defaults: { instances: {} }\nenvironments: { x: { instances: { App: [] } } }',
    'environments: {}',
    'environments: { x: }',
    'environments: { x: { defaults: no thanks, instances: { App: [] } } }',
    'environments: { x: { default: false, instances: { App: [] } } }',
    'environments: { x: { instances: { App: [{ type: wroker }] } } }',
    'application: 5\nenvironments: { x: { instances: { App: [] } } }',
  ])('of many environments: %s', (text) => {
    expect(cloudAccepts(parse(text))).toBe(parseCloudFile(text, 'm.yml').mistakes.length === 0);
  });

  test('the schemas know each key and its range', () => {
    const { config, process } = cloud.definitions;
    expect(Object.keys(config.properties)).toEqual(Object.keys(configKeys));
    expect(Object.keys(process.properties)).toEqual(Object.keys(ProcessDeclaration.entries));
    expect(process.properties.processes).toMatchObject({
      minimum: processesRange.min,
      maximum: processesRange.max,
    });
    const { min: minLength, max: maxLength } = commandLength;
    expect(process.properties.command).toMatchObject({ minLength, maxLength });
    expect(Object.keys(forge.definitions.process.properties)).toEqual(Object.keys(ForgeDeclaration.entries));
    expect(forge.definitions.seconds).toMatchObject({ minimum: secondsRange.min, maximum: secondsRange.max });
  });
});

test('a backslash that continues a line is found behind an escaped quotation mark, and fast among many', () => {
  expect(continuedLine(String.raw`php -r \" \ --x "`)).toContain('holds a backslash between blanks');
  expect(continuedLine(String.raw`\"`.repeat(500_000))).toBeUndefined();
});
