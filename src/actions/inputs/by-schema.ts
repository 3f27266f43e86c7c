import type { GenericSchema } from 'valibot';
import { check, type Problem } from '../../manifest/schema.ts';
import type { Inputs } from '../../runner/inputs.ts';
import { quoted, wholeNumberOf, yamlFlag } from '../../text.ts';

/**
 * Reads an input as JSON; undefined if that is not possible. A repeated key in the outermost object is a problem: its
 * last value would win silently.
 */
export function readJson(
  inputs: Inputs,
  name: string,
  example: string,
): { readonly value: unknown } | undefined {
  const text = inputs.text(name);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    for (const key of repeatedKeys(text))
      inputs.problem(name, `the key ${quoted(key)} is there twice; remove one`);
    return { value };
  } catch (error) {
    inputs.problem(name, whyNotJson(text, example, error));
    return undefined;
  }
}

/** A string, or a character of JSON's structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

function repeatedKeys(text: string): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let depth = 0;
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) {
      const key = String(JSON.parse(last));
      if (seen.has(key)) repeated.add(key);
      seen.add(key);
    }
    last = token;
  }
  return [...repeated];
}

function whyNotJson(text: string, example: string, error: unknown): string {
  const trailing = /,(?=\s*([}\]]))/.exec(withoutTexts(text));
  if (trailing !== null)
    return `is not valid JSON: there is a comma before the ${trailing[1]} (${placeIn(text, trailing.index)})`;
  if (/^\s*[{[]?\s*'|[{,:[]\s*'/.test(withoutTexts(text)))
    return `is not valid JSON: use double quotes inside, and single quotes around it: '${example}'`;
  if (/^[^{["]*$/.test(text)) return `is not JSON; write an object such as ${example}`;
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  const where = position === undefined ? '' : ` at ${placeIn(text, Number(position))}`;
  return `is not valid JSON${where}; write an object such as ${example}`;
}

/** Returns the text with each string replaced by spaces. */
function withoutTexts(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/gs, (quote) => ' '.repeat(quote.length));
}

function placeIn(text: string, index: number): string {
  const lines = text.slice(0, index).split('\n');
  return `line ${lines.length}, character ${(lines.at(-1) ?? '').length + 1}`;
}

/** Inputs by name, each with the kind of its value. */
export type Kinds = Readonly<Record<string, 'text' | 'integer' | 'flag'>>;

/** Returns the values of inputs as a manifest has them: digits as a number, `true` and `false` as flags. */
export function plainInputs(inputs: Inputs, kinds: Kinds): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => {
      const text = kind === 'text' ? inputs.line(name) : inputs.text(name);
      // Other texts stay as they are, and the schema refuses them.
      return text === undefined ? [] : [[name, readers[kind](text) ?? text]];
    }),
  );
}

const readers = { text: String, integer: wholeNumberOf, flag: yamlFlag } as const;

/** Reads plain values by a schema, and notes each problem under the name of its input. */
export function readBySchema<T>(
  inputs: Inputs,
  schema: GenericSchema<unknown, T>,
  values: unknown,
  namesOf: (problem: Problem) => readonly string[] = ({ path }) => [path.join(': ')],
): T | undefined {
  const { value, problems } = check(schema, values);
  for (const problem of problems) for (const name of namesOf(problem)) inputs.problem(name, problem.why);
  return value;
}
