import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

/** Something written for readers that a runner would take as a workflow, or as steps of one. */
export interface Example {
  /** Where it stands: `docs/recipes/matrix.md:12`, `docs/starter-workflow.yml`. */
  readonly where: string;
  readonly text: string;
  readonly kind: 'workflow' | 'steps';
}

/** README.md and everything below docs/, by path. */
export function markdownFiles(): string[] {
  const atRoot = readdirSync(REPOSITORY_ROOT).filter((name) => name.endsWith('.md'));
  return [...atRoot, ...filesInDocs('.md')].sort();
}

function filesInDocs(ending: string): string[] {
  const docs = readdirSync(join(REPOSITORY_ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return docs.filter((name) => name.endsWith(ending)).map((name) => `docs/${name.replaceAll('\\', '/')}`);
}

export function readDocument(path: string): string {
  return readFileSync(join(REPOSITORY_ROOT, path), 'utf8').replaceAll('\r\n', '\n');
}

/** The first block of a language in a document. */
export function fenceIn(markdown: string, language: string): string {
  const fence = fencesOf(markdown).find((each) => each.language === language);
  if (fence === undefined) throw new Error(`There is no block of ${language}`);
  return fence.text;
}

/**
 * The workflows and steps in the documentation, and the workflows beside it. Other YAML, such as a manifest, is none of
 * these.
 */
export function examplesInDocumentation(): Example[] {
  const fenced = markdownFiles().flatMap((path) =>
    fencesOf(readDocument(path))
      .filter(({ language }) => language === 'yaml' || language === 'yml')
      .flatMap(({ text, line }) => {
        const kind = kindOf(parse(text));
        return kind === undefined ? [] : [{ where: `${path}:${line}`, text, kind }];
      }),
  );
  return [...fenced, ...filesInDocs('.yml').map(asWorkflow)];
}

function asWorkflow(path: string): Example {
  return { where: path, text: readDocument(path), kind: 'workflow' };
}

export function ownWorkflows(): Example[] {
  const folder = '.github/workflows';
  return readdirSync(join(REPOSITORY_ROOT, folder)).map((name) => asWorkflow(`${folder}/${name}`));
}

/** Where GitHub would look for the example, if its first line says so: `# .github/workflows/deploy.yml`. */
export function pathOf({ text }: Example): string | undefined {
  return /^# (\.github\/workflows\/\S+\.ya?ml)\n/.exec(text)?.[1];
}

function kindOf(yaml: unknown): Example['kind'] | undefined {
  if (Array.isArray(yaml)) {
    return yaml.some((item) => isObject(item) && ('uses' in item || 'run' in item)) ? 'steps' : undefined;
  }
  return isObject(yaml) && 'jobs' in yaml ? 'workflow' : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
