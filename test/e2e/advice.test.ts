import { describe, expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const manifest = '.github/background-processes.yml';

describe.concurrent('a command that ends at once is pointed out, and carried out all the same', () => {
  test('by apply, where it is declared', async () => {
    await using shop = await openShop();
    const text = `instances:
  App:
    - type: custom
      command: php artisan migrate --force
    - type: custom
      command: php artisan schedule:work
`;
    const inputs = { environment: shop.environment.id };
    const step = await shop.run(inputs, { action: 'apply', files: { [manifest]: text } });

    expect(step.exitCode).toBe(0);
    const warnings = step.commands.filter(({ command }) => command === 'warning');
    expect(warnings.map(({ properties }) => [properties['file'], properties['line']])).toEqual([
      [manifest, '3'],
      [manifest, '5'],
    ]);
    expect(warnings[0]?.message).toContain('deploy commands');
    expect(warnings[1]?.message).toContain('would run up to 4 times at once');
  });
});
