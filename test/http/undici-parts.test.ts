import { readFile } from 'node:fs/promises';
import * as undici from 'undici';
import { dispatchWithSignal } from 'undici/lib/api/abort-signal.js';
import connect from 'undici/lib/api/api-connect.js';
import buildConnector from 'undici/lib/core/connect.js';
import * as errors from 'undici/lib/core/errors.js';
import proxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import pool from 'undici/lib/dispatcher/pool.js';
import { expect, test } from 'vitest';

/** What `src/http/undici-parts.d.ts` claims of files that undici does not promise to keep. */
const parts: Readonly<Record<string, unknown>> = {
  'undici/lib/dispatcher/env-http-proxy-agent.js': proxyAgent,
  'undici/lib/dispatcher/pool.js': pool,
  'undici/lib/api/abort-signal.js': dispatchWithSignal,
  'undici/lib/api/api-connect.js': connect,
  'undici/lib/core/connect.js': buildConnector,
  'undici/lib/core/errors.js': errors,
};

test('every part of undici that is imported by its file is known here', async () => {
  const claims = await readFile(new URL('../../src/http/undici-parts.d.ts', import.meta.url), 'utf8');
  const named = [...claims.matchAll(/declare module '([^']+)'/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(parts).sort());
});

test('the parts are those that the whole of undici is made of', () => {
  expect(proxyAgent).toBe(undici.EnvHttpProxyAgent);
  expect(pool).toBe(undici.Pool);
  expect(connect).toBe(undici.Dispatcher.prototype.connect);
  expect(buildConnector).toBe(undici.buildConnector);
  expect(errors.ConnectTimeoutError).toBe(undici.errors.ConnectTimeoutError);
});
