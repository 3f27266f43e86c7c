import { setOutput } from '@actions/core';
import type { Secrets } from './secrets.ts';

/** The step's outputs by name. */
export type Outputs = Readonly<Record<string, string>>;

/** Writes outputs. A secret that an API echoed is redacted. */
export function writeOutputs(outputs: Outputs, secrets: Secrets): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, secrets.redact(value));
}
