import { describe, expect, test } from 'vitest';
import { withAttributes } from '../emulator/edits.ts';
import { fails, succeeds } from '../emulator/progress.ts';
import { openShop, type Shop } from './harness/shop.ts';

const canary = 'php artisan queue:canary';
const verify = { environment: 'main', 'verify-command': canary };

const commands = (shop: Shop): string[] => shop.cloud.commands.map(({ command }) => command);

describe.concurrent('verify-command', () => {
  test('finds the environment by the instance', async () => {
    await using shop = await openShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ 'verify-command': canary });

    expect(step.outputs).toMatchObject({ verified: 'true', 'environment-id': shop.environment.id });
  });

  test.each([
    ['that would change something', 0, 'would-create'],
    ['that finds nothing to change', 1, 'unchanged'],
  ])('is skipped in a dry run %s, and that is said', async (_, there, outcome) => {
    await using shop = await openShop();
    for (let n = 0; n < there; n++) shop.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ ...verify, 'dry-run': 'true' });

    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ outcome, verified: 'skipped' });
    expect(step.notices.join('\n')).toContain('verify-command was skipped');
    expect(commands(shop)).toEqual([]);
  });

  test('that fails shows its output in the summary when asked for, and nowhere else', async () => {
    await using shop = await openShop({
      commandOutcome: fails('No worker <b>has</b> done the job.\nsecret-of-the-app', 'exit'),
    });
    shop.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ ...verify, 'show-logs': 'true' });

    expect(step.outputs['verified']).toBe('false');
    expect(step.summary).toContain(
      'No worker &#60;b&#62;has&#60;/b&#62; done the job.&#10;secret-of-the-app',
    );
    expect(`${step.log}${step.errors}`).not.toContain('secret-of-the-app');
  });

  test('that ends as nobody knows, has failed as that, and not with the exit code 0', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const edit = withAttributes({
      status: 'command.done',
      exit_code: 0,
      finished_at: '2026-04-04T11:24:42Z',
    });
    shop.emulator.faults.add({ kind: 'edit', on: 'GET .*commands/', times: 9, edit });
    const step = await shop.run(verify);

    expect(step.outputs['verified']).toBe('false');
    expect(step.errors[0]).toContain('"php artisan queue:canary" ended as command.done. The processes are');
  });

  test('shows the last lines only, without the token and without markup that would come alive', async () => {
    const printed = Array.from(
      { length: 200 },
      (_, line) => `line ${line} @acme/everyone </pre> \`\`\``,
    ).join('\n');
    await using shop = await openShop({
      commandOutcome: succeeds(`test-token-0123456789abcdef\n${printed}`),
    });
    shop.cloud.addProcess(shop.instance, { type: 'worker' });
    const step = await shop.run({ ...verify, 'show-logs': 'true' });

    expect(step.outputs['verified']).toBe('true');
    expect(step.summary).toContain('line 199 @acme/everyone &#60;/pre&#62;');
    expect(step.summary).not.toContain('line 100 ');
    expect(step.summary).toContain('141 lines before these');
  });
});

describe.concurrent('a deployment that fails', () => {
  const failing = { deploymentScript: ['pending', 'deployment.failed'] };

  test('shows the step that failed when asked for, and nothing is verified', async () => {
    await using shop = await openShop(failing);
    const step = await shop.run({ ...verify, redeploy: 'true', 'show-logs': 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.outputs['verified']).toBe('skipped');
    expect(step.summary).toContain('Run the deploy command');
    expect(step.summary).toContain('<pre>');
    expect(commands(shop)).toEqual([]);
  });

  test('is still told when its logs cannot be read', async () => {
    await using shop = await openShop(failing);
    shop.faults.add({ kind: 'status', status: 422, on: 'GET .*/logs$' });
    const step = await shop.run({ environment: 'main', redeploy: 'true', 'show-logs': 'true' });

    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toContain('ended as deployment.failed');
    expect(step.warnings.join('\n')).toContain('could not be read');
  });
});
