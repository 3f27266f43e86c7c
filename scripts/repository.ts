import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };

/** The path of the repository's root folder. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * The owner and name of this repository on GitHub, from `package.json`. `npm run set-owner` changes the owner
 * everywhere.
 */
export const ours = located(packageJson.repository);

export const repository = `${ours.owner}/${ours.name}`;

/** Returns the folder of our action that a step uses (`''` for the root action); undefined for any other action. */
export function actionIn(uses: string): string | undefined {
  if (uses === `${repository}@v1`) return '';
  return uses.startsWith(`${repository}/`) && uses.endsWith('@v1')
    ? uses.slice(repository.length + 1, -'@v1'.length)
    : undefined;
}

/** Splits `github:owner/name`. */
function located(reference: string): { readonly owner: string; readonly name: string } {
  const [, owner, name] = /^github:([^/]+)\/([^/]+)$/.exec(reference) ?? [];
  if (owner === undefined || name === undefined)
    throw new Error('package.json: repository is not of the form github:owner/name');
  return { owner, name };
}
