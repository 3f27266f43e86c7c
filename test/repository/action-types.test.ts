import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { actionFolders } from '../../scripts/action-folders.ts';
import { actionTypes } from '../../scripts/action-types.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

type Named = Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
type Typed = Readonly<Record<string, { readonly type: string; readonly 'allowed-values'?: string[] }>>;

const root = pathToFileURL(REPOSITORY_ROOT);

describe.each(await actionFolders())('the types of the action in "%s"', (folder) => {
  const read = (file: string) => readFileSync(join(REPOSITORY_ROOT, folder, file), 'utf8');
  const action: { inputs: Named; outputs: Named } = parse(read('action.yml'));

  test('are those of its action.yml', async () => {
    expect(read('action-types.yml'), 'run npm run docs').toBe(await actionTypes(folder, root));
  });

  test('have room for what is left out, and for what the descriptions say', async () => {
    const types: { inputs: Typed; outputs: Typed } = parse(await actionTypes(folder, root));
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

test('an input without a type is named, with the place to give it one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'types-'));
  try {
    await mkdir(join(folder, 'forge'));
    await writeFile(join(folder, 'forge/action.yml'), 'inputs:\n  colour: {}\noutputs: {}\n');
    await expect(actionTypes('forge', pathToFileURL(`${folder}/`))).rejects.toThrow(
      'forge/action.yml: the input colour has no type; give it one in scripts/action-types.ts',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** What a value of that type looks like. */
function form({ type, 'allowed-values': values = [] }: Typed[string]): RegExp {
  if (type === 'boolean') return /^(true|false)$/;
  if (type === 'integer') return /^\d+$/;
  if (type === 'float') return /^\d+(\.\d+)?$/;
  return type === 'enum' ? new RegExp(`^(${values.join('|')})$`) : /./;
}
