import { expect, test } from 'vitest';
import { openShop } from '../e2e/harness/shop.ts';
import { fenceIn, readDocument } from './documents.ts';

test('the plan in docs/manifest.md is what apply shows for the manifest there', async () => {
  await using shop = await openShop();
  const { cloud } = shop;
  const manifest = readDocument('docs/manifest.md');
  const imports = cloud.addInstance(shop.environment, { name: 'imports', type: 'service' });
  const add = (instance: typeof imports, processes: number, config: object) =>
    cloud.addProcess(instance, { type: 'worker', processes, config: { connection: 'redis', ...config } });
  add(shop.instance, 1, { queue: 'high,default' });
  cloud.addProcess(shop.instance, { type: 'custom', command: 'php artisan horizon' });
  add(imports, 4, { queue: 'imports', timeout: 900 });
  add(imports, 2, { queue: 'old' });

  const { log, summary } = await shop.run(
    { environment: 'main', 'dry-run': 'true' },
    { action: 'apply', files: { '.github/background-processes.yml': fenceIn(manifest, 'yaml') } },
  );
  const plan = fenceIn(manifest, 'diff');
  expect(log).toContain(plan);
  expect(summary).toContain(plan);
});

test('the problems in docs/manifest.md are what apply reports for the manifest there with three mistakes', async () => {
  await using shop = await openShop();
  const manifest = readDocument('docs/manifest.md');
  const wrong = fenceIn(manifest, 'yaml')
    .replace('processes: 2', 'processes: "2"')
    .replace(/(?<=reverb:start\n)/, '      replica: 2\n')
    .replace(/(?<=imports:\n.*type: )worker/, 'wroker');
  const { errors } = await shop.apply(wrong, { environment: 'main' });
  expect(errors.join('\n')).toBe(fenceIn(manifest, 'text').trim());
});
