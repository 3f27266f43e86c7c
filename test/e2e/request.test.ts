import { expect, test } from 'vitest';
import { openShop, type Shop } from './harness/shop.ts';

const create = { 'if-exists': 'create' };

function theOnlyRequest({ emulator, requests }: Shop) {
  const [request, ...others] = emulator.requests;
  if (request === undefined || others.length > 0) throw new Error(`Not one request: ${requests()}`);
  return request;
}

test.concurrent('a request carries exactly what was asked, in the headers that are promised', async () => {
  await using shop = await openShop();
  const config = { queue: 'high,default', tries: 3, force: true };
  const step = await shop.run({ ...create, processes: '4', 'config-json': JSON.stringify(config) });

  const { path, query, headers, body } = theOnlyRequest(shop);
  expect([path, query]).toEqual([`/api/instances/${shop.instance.id}/background-processes`, {}]);
  expect(body).toEqual({ type: 'worker', processes: 4, config });
  expect(headers).toMatchObject({
    authorization: `Bearer ${shop.emulator.token}`,
    accept: 'application/vnd.api+json, application/json',
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/^laravel-background-process-action\//),
  });
  expect(step.masks).toContain(shop.emulator.token);
});

test.concurrent.each([
  { LARAVEL_CLOUD_TOKEN: 'first' },
  { LARAVEL_CLOUD_API_TOKEN: 'first' },
  { LARAVEL_CLOUD_TOKEN: 'first', LARAVEL_CLOUD_API_TOKEN: 'second' },
])('the token may come from the environment %j, and goes nowhere but into the request', async (variables) => {
  await using shop = await openShop();
  const tokens: Record<string, string> = { first: shop.emulator.token, second: 'of-somewhere-else' };
  const env = Object.fromEntries(
    Object.entries(variables).map(([name, which]) => [name, tokens[which] ?? '']),
  );
  const step = await shop.run({ ...create, token: '' }, { env });

  expect(theOnlyRequest(shop).headers['authorization']).toBe(`Bearer ${shop.emulator.token}`);
  expect(step.masks).toContain(shop.emulator.token);
});
