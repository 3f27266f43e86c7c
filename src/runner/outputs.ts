import { setOutput } from '@actions/core';
import { Failure, messageOf } from '../failure.ts';
import type { Secrets } from './secrets.ts';

/** The step's outputs by name. */
export type Outputs = Readonly<Record<string, string>>;

/** Writes outputs. A secret that an API echoed is redacted. */
export function writeOutputs(outputs: Outputs, secrets: Secrets): void {
  for (const [name, value] of Object.entries(outputs)) {
    try {
      setOutput(name, secrets.redact(value));
    } catch (error) {
      throw new Failure({
        what: `The output ${name}`,
        why: `it could not be written to the file that GITHUB_OUTPUT names (${messageOf(error)})`,
        fix: 'Check the disk of the runner, and the rights to write to it',
      });
    }
  }
}
