import { expect, test } from 'vitest';
import { contractFile } from '../../emulator/contract.ts';
import { startPrism } from './prism.ts';

test('a request against the contract is refused, and the log says why', async () => {
  const prism = await startPrism(contractFile('laravel-cloud'));
  try {
    const response = await fetch(`${prism.url}/instances/inst-1/background-processes`, {
      method: 'POST',
      headers: {
        Accept: 'application/vnd.api+json, application/json',
        Authorization: 'Bearer x',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ type: 'worker', processes: 11, config: { memory: 1 } }),
    });
    expect(response.status).toBe(422);
    expect(response.headers.get('sl-violations')).toContain('processes');
    await expect.poll(() => prism.violations().join('\n')).toContain('request.body.processes');
  } finally {
    await prism.close();
  }
});
