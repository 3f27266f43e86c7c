import type { Step } from '../../runner/step.ts';

/** Where editors find the schema of a manifest: in the version of the action that runs. */
export function schemaUrl({ environment }: Step, name: 'background-processes' | 'forge-processes'): string {
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isKnown = /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[\w./-]+$/.test(ref);
  const at = isKnown ? `${repository}/${ref}` : 'OWNER/laravel-background-process/v1';
  return `https://raw.githubusercontent.com/${at}/schema/${name}.schema.json`;
}
