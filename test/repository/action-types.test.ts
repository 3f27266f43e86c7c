import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { actionFolders } from '../../scripts/action-folders.ts';
import { actionTypes } from '../../scripts/action-types.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

type Named = Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
type Typed = Readonly<Record<string, { readonly type: string; readonly 'allowed-values'?: string[] }>>;

describe.each(await actionFolders())('the types of the action in "%s"', (folder) => {
  const read = (file: string) => readFileSync(join(REPOSITORY_ROOT, folder, file), 'utf8');
  const action: { inputs: Named; outputs: Named } = parse(read('action.yml'));

  test('are those of its action.yml', () => {
    expect(read('action-types.yml'), 'run npm run docs').toBe(actionTypes(folder, action));
  });

  test('have room for what is left out, and for what the descriptions say', () => {
    const types: { inputs: Typed; outputs: Typed } = parse(actionTypes(folder, action));
    const described = [
      ...Object.entries(types.inputs).map(([name, typing]) => ({ name, typing, ...action.inputs[name] })),
      ...Object.entries(types.outputs).map(([name, typing]) => ({ name, typing, ...action.outputs[name] })),
    ];
    for (const { name, typing, description = '', default: value } of described) {
      if (value !== undefined) expect(value, name).toMatch(form(typing));
      for (const allowed of typing['allowed-values'] ?? [])
        expect(description, name).toContain(`\`${allowed}\``);
    }
  });
});

test('an input without a type is named, with the place to give it one', () => {
  expect(() => actionTypes('forge', { inputs: { colour: {} } })).toThrow(
    'forge/action.yml: the input colour has no type; give it one in scripts/action-types.ts',
  );
});

/** What a value of that type looks like. */
function form({ type, 'allowed-values': values = [] }: Typed[string]): RegExp {
  if (type === 'boolean') return /^(true|false)$/;
  if (type === 'integer') return /^\d+$/;
  if (type === 'float') return /^\d+(\.\d+)?$/;
  return type === 'enum' ? new RegExp(`^(${values.join('|')})$`) : /./;
}
