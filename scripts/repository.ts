import packageJson from '../package.json' with { type: 'json' };

/** Where this repository is on GitHub. The owner stands in `package.json`, and `npm run set-owner` changes it everywhere. */
export const ours = located(packageJson.repository);

export const repository = `${ours.owner}/${ours.name}`;

/** The folder of our action that a step uses (`''` for the root's), or nothing if it uses another's. */
export function actionIn(uses: string): string | undefined {
  if (uses === `${repository}@v1`) return '';
  return uses.startsWith(`${repository}/`) && uses.endsWith('@v1')
    ? uses.slice(repository.length + 1, -'@v1'.length)
    : undefined;
}

/** The parts of `github:owner/name`. */
function located(reference: string): { readonly owner: string; readonly name: string } {
  const [, owner, name] = /^github:([^/]+)\/([^/]+)$/.exec(reference) ?? [];
  if (owner === undefined || name === undefined)
    throw new Error('package.json: repository is not of the form github:owner/name');
  return { owner, name };
}
