import { appendOutput } from './command-files.ts';
import type { Secrets } from './secrets.ts';

/** The step's outputs by name. */
export type Outputs = Readonly<Record<string, string>>;

/** Writes outputs. A secret that an API echoed is redacted. */
export function writeOutputs(outputs: Outputs, secrets: Secrets, environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(outputs)) appendOutput(name, secrets.redact(value), environment);
}
