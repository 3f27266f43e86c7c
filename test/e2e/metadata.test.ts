import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readActionMetadata } from './harness/action-metadata.ts';
import { REPOSITORY_ROOT, startAction } from './harness/run-action.ts';

const actions = globSync('{,*/,*/*/}action.yml', {
  cwd: REPOSITORY_ROOT,
  exclude: ['node_modules/**', '.git/**', '.github/**'],
}).map((file) => dirname(file).replaceAll('\\', '/'));

/** Tells on stderr which inputs a step reads. */
const spy = `data:text/javascript,${encodeURIComponent(`
  const seen = new Set();
  process.env = new Proxy(process.env, {
    get(env, name) {
      if (typeof name === 'string' && name.startsWith('INPUT_')) seen.add(name);
      return env[name];
    },
  });
  process.on('exit', () => console.error(JSON.stringify([...seen])));
`)}`;

async function inputsRead(action: string): Promise<string[]> {
  // Without a token every input is read, since all problems are told at once, and nothing is sent.
  const env = { NODE_OPTIONS: `--import="${spy}"` };
  const { stderr, exitCode } = await startAction({ action, inputs: {}, env }).done;
  expect(exitCode).toBe(1);
  const names: string[] = JSON.parse(stderr);
  return names.map((name) => name.slice('INPUT_'.length).toLowerCase());
}

describe.each(actions)('the action in %s', (action) => {
  const metadata = readActionMetadata(REPOSITORY_ROOT, action);
  const names = Object.keys(metadata.inputs);

  test('runs on Node.js 24, from a bundle that is there', () => {
    const { main, runs } = metadata;
    expect(existsSync(main)).toBe(true);
    expect(main.startsWith(join(REPOSITORY_ROOT, 'dist/'))).toBe(true);
    expect(runs).toEqual({ using: 'node24', main: expect.any(String) });
  });

  test('says in a sentence what it, each input and each output is', () => {
    expect(metadata.name).toMatch(/^\S.{5,}/);
    const described = [metadata, ...Object.values(metadata.inputs), ...Object.values(metadata.outputs)];
    for (const { description } of described) {
      expect(description).toMatch(/^[^\s].{15,}\.$/s);
      // A runner evaluates it, and refuses the action.
      expect(description).not.toContain('${{');
    }
  });

  test('requires no input that has a default', () => {
    for (const input of Object.values(metadata.inputs)) {
      if (input.required === true) expect(input.default).toBeUndefined();
    }
  });

  test('reads every input that it declares, and no other', async () => {
    const read = await inputsRead(action);
    expect(read.sort()).toEqual(names.sort());
  });
});
