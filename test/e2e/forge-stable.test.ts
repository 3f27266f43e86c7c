import { describe, expect, test } from 'vitest';
import { startForge } from './forge-world.ts';

const horizon = { command: 'php8.4 artisan horizon', directory: '/home/forge/shop.example' };
const files = {
  '.github/forge-processes.yml':
    'servers:\n  web-1:\n    - command: php8.4 artisan horizon\n      user: forge\n      directory: /home/forge/shop.example\n',
};

describe('stable-for on Forge', () => {
  test('is true where the process stays up, and asks calmly', async () => {
    const world = await startForge('forge');
    const run = await world.run({ ...horizon, 'stable-for': '30' });

    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'created', stable: 'true' });
    expect(run.summary).toContain('Stable:</strong> up for 30 s');
    expect(world.emulator.requests.length).toBeLessThanOrEqual(14);
    await world.emulator.close();
  });

  test('is false where the status flaps, and the step fails', async () => {
    const world = await startForge('forge', { forge: { flapping: ['running', 'running', 'backoff'] } });
    const run = await world.run({ ...horizon, 'stable-for': '30' });

    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ outcome: 'created', stable: 'false' });
    expect(run.errors[0]).toContain('was running, now backoff');
    await world.emulator.close();
  });

  test('holds for each process of forge/apply, also in a dry run', async () => {
    const world = await startForge('forge/apply');
    const options = { files };
    expect((await world.run({ 'stable-for': '30' }, options)).outputs).toMatchObject({
      outcome: 'changed',
      stable: 'true',
    });
    expect((await world.run({ 'dry-run': 'true', 'stable-for': '5' }, options)).outputs).toMatchObject({
      outcome: 'unchanged',
      stable: 'true',
    });
    await world.emulator.close();
  });
});
