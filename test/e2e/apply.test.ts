import { expect, test } from 'vitest';
import { manifestFile, openShop } from './harness/shop.ts';

const production = { environment: 'production' };

test('a mistake is annotated where its repository has the file, when that is in a folder of the workspace', async () => {
  await using shop = await openShop();
  const files = { 'shop/deploy/processes.yml': 'instances: 1', 'shop/.git/HEAD': 'ref: refs/heads/main' };
  const inputs = { ...production, manifest: 'shop/deploy/processes.yml' };
  const run = await shop.run(inputs, { action: 'apply', files });

  expect(run.errors).toHaveLength(1);
  expect(run.errors[0]).toMatch(/^shop\/deploy\/processes\.yml:1:12: instances: must name at least one/);
  const [annotation] = run.commands.filter(({ command }) => command === 'error');
  expect(annotation?.properties).toMatchObject({ file: 'deploy/processes.yml', line: '1', col: '12' });
});

test('a command that ends at once is pointed out in its line, and carried out all the same', async () => {
  await using shop = await openShop();
  const text = `instances:
  App:
    - type: custom
      command: php artisan migrate --force
    - type: custom
      command: php artisan schedule:work
`;
  const run = await shop.apply(text, production);

  expect(run.outputs['created']).toBe('2');
  const warnings = run.commands.filter(({ command }) => command === 'warning');
  expect(warnings.map(({ properties }) => [properties['file'], properties['line']])).toEqual([
    [manifestFile, '3'],
    [manifestFile, '5'],
  ]);
  expect(warnings[0]?.message).toContain('deploy commands');
  expect(warnings[1]?.message).toContain('would run up to 4 times at once');
});

test('a file that is not a manifest is not quoted', async () => {
  await using shop = await openShop();
  const run = await shop.apply('APP_KEY=base64:c2VjcmV0\nDB_PASSWORD="hunter2 hunter2"\n', production);

  expect(run.errors).toEqual([expect.stringContaining('this is not a manifest')]);
  expect(run.stdout + run.summary).not.toMatch(/hunter2|APP_KEY/);
});

test('a cluster that the manifest names is waited for', async () => {
  await using shop = await openShop();
  shop.cloud.addInstance(shop.environment, { name: 'late', type: 'service', hiddenFor: 1 });
  const text = 'instances: { late: [{ type: worker }] }';
  const run = await shop.apply(text, { ...production, 'wait-for-environment': '60' });

  expect(run.outputs['created']).toBe('1');
});
