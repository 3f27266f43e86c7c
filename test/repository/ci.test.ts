import { expect, test } from 'vitest';
import { actionFolders } from '../../scripts/action-folders.ts';
import { ownWorkflows } from '../docs/documents.ts';

test('the job that runs the archive, on the real runner, runs every action of it', async () => {
  const ci = ownWorkflows().find(({ where }) => where.endsWith('/ci.yml'));
  const used = [...(ci?.text ?? '').matchAll(/^ +uses: \.\/(.*)$/gm)].map(([, folder]) => folder);
  expect([...new Set(used)].sort()).toEqual(await actionFolders());
});
