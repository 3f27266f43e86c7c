import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

interface Described {
  readonly description?: unknown;
  readonly required?: unknown;
  readonly default?: unknown;
}

/** The content of an `action.yml`. */
export interface ActionMetadata {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
  readonly runs: { readonly using: string; readonly main: string };
  /** The absolute path of the script that the runner starts. */
  readonly main: string;
}

export function readActionMetadata(root: string, action: string): ActionMetadata {
  const folder = resolve(root, action);
  const metadata = parse(readFileSync(join(folder, 'action.yml'), 'utf8'));
  return { ...metadata, main: resolve(folder, metadata.runs.main) };
}

/** The only expression in the defaults of this repository. */
const TOKEN_EXPRESSION = /\$\{\{ *github\.token *\}\}/;

/**
 * Returns the `INPUT_` variables of a step. Throws for an input that `action.yml` does not declare: the runner only
 * warns, but a test with a misspelt input would prove nothing.
 */
export function inputEnvironment(
  { inputs }: ActionMetadata,
  given: Record<string, string>,
  githubToken: string,
): Record<string, string> {
  for (const name of Object.keys(given)) {
    if (inputs[name] === undefined) throw new Error(`action.yml declares no input named ${name}`);
  }
  const values = Object.entries(inputs).map(([name, input]) => {
    const byDefault = String(input.default ?? '').replace(TOKEN_EXPRESSION, githubToken);
    if (byDefault.includes('{{')) throw new Error(`Cannot evaluate ${byDefault}`);
    return [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, given[name] ?? byDefault];
  });
  return Object.fromEntries(values);
}
