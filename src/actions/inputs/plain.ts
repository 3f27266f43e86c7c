import type { GenericSchema } from 'valibot';
import { check, type Problem } from '../../manifest/schema.ts';
import type { Inputs } from '../../runner/inputs.ts';
import { wholeNumberOf, yamlFlag } from '../../text.ts';

/** Returns the values of inputs as a manifest has them: digits as a number, `true` and `false` as flags. */
export function plainInputs(
  inputs: Inputs,
  kinds: Readonly<Partial<Record<string, 'text' | 'integer' | 'flag'>>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => {
      const text = kind === undefined ? undefined : inputs.text(name);
      return text === undefined || kind === undefined
        ? []
        : // Other texts stay as they are, and the schema refuses them.
          [[name, readers[kind](text) ?? text]];
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
