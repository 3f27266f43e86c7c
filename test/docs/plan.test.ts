import { expect, test } from 'vitest';
import { fencesOf } from '../../scripts/fences.ts';
import { commentOfAPlan } from '../../scripts/pictures/scenes.ts';
import { openShop } from '../e2e/harness/shop.ts';
import { readDocument } from './documents.ts';

const manifest = readDocument('docs/manifest.md');

function textOf(language: string, markdown = manifest): string {
  return fencesOf(markdown).find((fence) => fence.language === language)?.text ?? '';
}

test('the plan in docs/manifest.md is what apply shows for the manifest there', async () => {
  await using shop = await openShop();
  const { cloud } = shop.emulator;
  const add = (instance: typeof shop.instance, type: 'worker' | 'custom', rest: object) =>
    cloud.addProcess(instance, { type, ...rest });
  const imports = cloud.addInstance(shop.environment, { name: 'imports', type: 'service' });
  const redis = { connection: 'redis' };
  add(shop.instance, 'worker', { processes: 1, config: { ...redis, queue: 'high,default' } });
  add(shop.instance, 'custom', { command: 'php artisan horizon' });
  add(imports, 'worker', { processes: 4, config: { ...redis, queue: 'imports', timeout: 900 } });
  add(imports, 'worker', { processes: 2, config: { ...redis, queue: 'old' } });

  const { log, summary } = await shop.run(
    { environment: 'main', 'dry-run': 'true' },
    { action: 'apply', files: { '.github/background-processes.yml': textOf('yaml') } },
  );
  const plan = textOf('diff');
  expect(plan).not.toBe('');
  expect(log).toContain(plan);
  expect(summary).toContain(plan);
});

test('the plan in the README is the one of the comment that is pictured', async () => {
  const plan = textOf('diff', readDocument('README.md'));
  expect(plan).not.toBe('');
  expect(textOf('diff', (await commentOfAPlan()).markdown)).toBe(plan);
});
