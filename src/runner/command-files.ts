import { appendFileSync } from 'node:fs';
import { Failure, messageOf } from '../failure.ts';

// The toolkit's own writers load all of node:crypto and node:fs/promises, which takes longer than the rest of the step.

/** Adds an output to the file that the runner reads (`GITHUB_OUTPUT`). Does nothing outside of a runner. */
export function appendOutput(name: string, value: string, environment: NodeJS.ProcessEnv): void {
  const file = environment['GITHUB_OUTPUT'];
  if (!file) return;
  const end = delimiterFor(value);
  try {
    appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`);
  } catch (error) {
    throw new Failure({
      what: `The output ${name}`,
      why: `it could not be written to the file that GITHUB_OUTPUT names (${messageOf(error)})`,
      fix: 'See to the runner’s disk and its rights',
    });
  }
}

/** Adds to the summary that the runner shows (`GITHUB_STEP_SUMMARY`). Does nothing outside of a runner. */
export function appendSummary(markup: string, environment: NodeJS.ProcessEnv): void {
  const file = environment['GITHUB_STEP_SUMMARY'];
  if (file) appendFileSync(file, markup);
}

/** A line that cannot end the value early, since it is nowhere in it. */
function delimiterFor(value: string): string {
  let delimiter = 'end-of-output';
  for (let n = 1; value.includes(delimiter); n++) delimiter = `end-of-output-${n}`;
  return delimiter;
}
