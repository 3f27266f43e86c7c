import type { Inputs } from '../../../runner/inputs.ts';

/** Reads `process-id`, which names one process and leaves nothing to say for the inputs that look for some. */
export function readProcessId(
  inputs: Inputs,
  others: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const id = inputs.text('process-id');
  if (id === undefined) return undefined;
  if (!/^\d{1,15}$/.test(id))
    inputs.problem('process-id', 'must be the number by which Forge knows the process');
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined)
      inputs.problem(name, 'has no effect together with process-id; give one or the other');
  }
  return id;
}
