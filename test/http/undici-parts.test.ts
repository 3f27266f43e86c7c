import { readFile } from 'node:fs/promises';
import * as undici from 'undici';
import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
import agent from 'undici/lib/dispatcher/agent.js';
import proxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import pool from 'undici/lib/dispatcher/pool.js';
import { expect, test } from 'vitest';

/** What `src/http/undici-parts.d.ts` claims of files that undici does not promise to keep. */
const parts: Readonly<Record<string, unknown>> = {
  'undici/lib/dispatcher/agent.js': agent,
  'undici/lib/dispatcher/env-http-proxy-agent.js': proxyAgent,
  'undici/lib/dispatcher/pool.js': pool,
  'undici/lib/api/api-connect.js': connect,
  'undici/lib/api/api-request.js': request,
};

test('every part of undici that is imported by its file is known here', async () => {
  const claims = await readFile(new URL('../../src/http/undici-parts.d.ts', import.meta.url), 'utf8');
  const named = [...claims.matchAll(/declare module '([^']+)'/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(parts).sort());
});

test('the parts are those that the whole of undici is made of', () => {
  expect(agent).toBe(undici.Agent);
  expect(proxyAgent).toBe(undici.EnvHttpProxyAgent);
  expect(pool).toBe(undici.Pool);
  expect(request).toBe(undici.Dispatcher.prototype.request);
  expect(connect).toBe(undici.Dispatcher.prototype.connect);
});
