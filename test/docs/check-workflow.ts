import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import type {
  ActionsMetadataProvider,
  ContextProviderConfig,
  ValidationConfig,
} from '@actions/languageservice';
import { parse } from 'yaml';
import { actionIn, ours, repository } from '../../scripts/repository.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { type Example, pathOf } from './documents.ts';

// GitHub publishes its parsers for bundlers: they import JSON without saying so, which Node.js asks for.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return specifier.endsWith('.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved;
  },
});
const { registerLogger, validate } = await import('@actions/languageservice');
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import(
  '@actions/workflow-parser'
);

type ActionReference = Parameters<ActionsMetadataProvider['fetchActionMetadata']>[0];
type ActionMetadata = NonNullable<Awaited<ReturnType<ActionsMetadataProvider['fetchActionMetadata']>>>;
type FileProvider = NonNullable<ValidationConfig['fileProvider']>;
type TextDocument = Parameters<typeof validate>[0];

/** The language service logs its own crashes instead of throwing them. */
const crashes: string[] = [];
const ignore = (): void => undefined;
registerLogger({ error: (message) => crashes.push(message), warn: ignore, info: ignore, log: ignore });

/**
 * What GitHub would say against a workflow: its own parser on form and expressions, its language service on inputs and
 * outputs of our actions. `others` are the workflows that it may call by their path.
 */
export async function problemsOf(example: Example, others: readonly Example[] = []): Promise<string[]> {
  const text = workflowText(example);
  const fileProvider = providerOf(others);
  const diagnostics = await validate(documentOf(text), {
    actionsMetadataProvider: { fetchActionMetadata: async (reference) => metadataOf(reference) },
    contextProviderConfig: { getContext: withKnownOutputs },
    fileProvider,
  });
  const found = diagnostics.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
  return [...new Set([...(await parserErrors(text, fileProvider)), ...found, ...crashes.splice(0)])];
}

/** The whole workflow that stands for an example. Our own workflows name the actions by their folder. */
export function workflowText({ text, kind }: Example): string {
  const whole = kind === 'workflow' ? text : aroundSteps(text);
  return whole.replace(/(uses: )\.\/?((?!github)[\w/-]*)$/gm, (_, uses: string, folder: string) => {
    return `${uses}${repository}${folder === '' ? '' : `/${folder}`}@v1`;
  });
}

function aroundSteps(steps: string): string {
  const indented = steps.replace(/^(?=.)/gm, '      ');
  return `name: Example
on: push
permissions: {}
concurrency:
  group: example
  cancel-in-progress: false
jobs:
  example:
    name: Example
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
${indented}`;
}

async function parserErrors(content: string, files: FileProvider): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  if (value !== undefined) {
    await convertWorkflowTemplate(context, value, files, { fetchReusableWorkflowDepth: 1 });
  }
  return context.errors.getErrors().map(({ message }) => message);
}

function metadataOf({ owner, name, path = '', ref }: ActionReference): ActionMetadata | undefined {
  // What others' actions take is theirs to check: a full commit and its version are what counts here.
  if (owner !== ours.owner) return { name, description: '' };
  const file = join(REPOSITORY_ROOT, path, 'action.yml');
  if (name !== ours.name || ref !== 'v1' || !existsSync(file)) return undefined;
  return parse(readFileSync(file, 'utf8'));
}

type Context = NonNullable<Awaited<ReturnType<ContextProviderConfig['getContext']>>>;

/** The language service takes any output of a step; here those of our actions are known, and no others exist. */
const withKnownOutputs: ContextProviderConfig['getContext'] = async (name, context, { job }) => {
  if (name !== 'steps' || context === undefined) return undefined;
  for (const step of job !== undefined && 'steps' in job ? job.steps : []) {
    const reference = 'uses' in step ? step.uses.value : '';
    const path = actionIn(reference);
    const shown = context.get(step.id);
    if (path !== undefined && isContext(shown)) completeOutputs(shown, path);
  }
  return context;
};

function completeOutputs(step: Context, path: string): void {
  const outputs = step.get('outputs');
  const someValue = step.get('conclusion');
  if (!isContext(outputs) || someValue === undefined) throw new Error('A step is not shown with its outputs');
  const { outputs: known = {} } = metadataOf({ ...ours, path, ref: 'v1' }) ?? {};
  for (const output of Object.keys(known)) outputs.add(output, someValue);
  outputs.complete = true;
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'complete' in value;
}

function providerOf(others: readonly Example[]): FileProvider {
  return {
    async getFileContent(reference) {
      const path = 'path' in reference ? reference.path : '';
      const file = others.find((other) => other.where === path || pathOf(other) === path);
      if (file === undefined) throw new Error(`There is no workflow ${path} in this document`);
      return { name: path, content: file.text };
    },
  };
}

let count = 0;

/** The language service reads no more of a document than this, and keeps what it has parsed by the address. */
function documentOf(text: string): TextDocument {
  count += 1;
  const document: Pick<TextDocument, 'uri' | 'getText'> = {
    uri: `file:///${count}/workflow.yml`,
    getText: () => text,
  };
  return document as TextDocument;
}
