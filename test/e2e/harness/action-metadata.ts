import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

interface ActionInput {
  required: boolean;
  default: string | undefined;
}

export interface ActionMetadata {
  /** The absolute path of the script that the runner starts. */
  main: string;
  inputs: Record<string, ActionInput>;
  outputs: string[];
}

export function readActionMetadata(root: string, action: string): ActionMetadata {
  const folder = resolve(root, action);
  const file = join(folder, 'action.yml');
  const metadata = record(parse(readFileSync(file, 'utf8')));
  const runs = record(metadata['runs']);
  if (runs['using'] !== 'node24')
    throw new Error(`${file}: runs.using is ${String(runs['using'])}, not node24`);
  if (typeof runs['main'] !== 'string') throw new Error(`${file}: runs.main is missing`);
  return {
    main: resolve(folder, runs['main']),
    inputs: readInputs(record(metadata['inputs'])),
    outputs: Object.keys(record(metadata['outputs'])),
  };
}

/**
 * Returns the `INPUT_` variables of a step. Throws for an input that `action.yml` does not declare: the runner only
 * warns, but a test with a misspelt input would prove nothing.
 */
export function inputEnvironment(
  metadata: ActionMetadata,
  given: Record<string, string>,
  github: Record<string, string>,
): Record<string, string> {
  for (const name of Object.keys(given)) {
    if (metadata.inputs[name] === undefined) throw new Error(`action.yml declares no input named ${name}`);
  }
  const env: Record<string, string> = {};
  for (const [name, input] of Object.entries(metadata.inputs)) {
    const value = given[name] ?? evaluateExpressions(input.default ?? '', github);
    env[inputVariable(name)] = value;
  }
  return env;
}

function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

/** Evaluates `${{ github.name }}`, the only kind of expression in the defaults of this repository. */
function evaluateExpressions(text: string, github: Record<string, string>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (whole, expression: string) => {
    const name = /^github\.([a-z_]+)$/.exec(expression)?.[1];
    const value = name === undefined ? undefined : github[name];
    if (value === undefined) throw new Error(`Cannot evaluate ${whole}`);
    return value;
  });
}

function readInputs(declared: Record<string, unknown>): Record<string, ActionInput> {
  const inputs: Record<string, ActionInput> = {};
  for (const [name, value] of Object.entries(declared)) {
    const input = record(value);
    const fallback = input['default'];
    inputs[name] = {
      required: input['required'] === true,
      default: fallback === undefined || fallback === null ? undefined : String(fallback),
    };
  }
  return inputs;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
