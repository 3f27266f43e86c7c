import { parse } from 'yaml';
import { fencesOf } from './fences.ts';
import { repository } from './repository.ts';

/** A step of a workflow that uses one of our actions. */
export interface ExampleStep {
  /** The YAML text of the step. */
  readonly text: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Returns the first step in the README that uses the root action: the step that readers copy. */
export function firstStep(readme: string): ExampleStep {
  for (const { language, text } of fencesOf(readme)) {
    if (language !== 'yaml' || !text.includes(`uses: ${repository}@v1\n`)) continue;
    const [step] = stepsIn(parse(text)).filter(({ uses }) => uses === `${repository}@v1`);
    if (step === undefined) continue;
    const inputs = Object.entries(step.with ?? {}).map(([name, value]) => [name, String(value)]);
    return { text, inputs: Object.fromEntries(inputs) };
  }
  throw new Error('README.md shows no step that uses the root action');
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function stepsIn(yaml: Step[] | { readonly jobs?: Record<string, { readonly steps?: Step[] }> }): Step[] {
  if (Array.isArray(yaml)) return yaml;
  return Object.values(yaml.jobs ?? {}).flatMap(({ steps }) => steps ?? []);
}
