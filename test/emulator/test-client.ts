import { loadContract } from './contract.ts';
import { asObject, type JsonObject } from './json.ts';
import type { Emulator } from './server.ts';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: JsonObject;
}

export interface CallOptions {
  body?: unknown;
  token?: string | null;
  signal?: AbortSignal;
}

/** Sends one request the way the actions do; the path is relative to /api. */
export async function send(
  emulator: Emulator,
  method: string,
  path: string,
  { body, token = emulator.token, signal }: CallOptions = {},
): Promise<Reply> {
  const headers: Record<string, string> = { Accept: 'application/vnd.api+json, application/json' };
  if (token !== null) headers['Authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** Sends, and holds the answer to the contract. */
export async function sendChecked(
  emulator: Emulator,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Reply> {
  const contract = await loadContract(path.startsWith('/orgs') ? 'laravel-forge' : 'laravel-cloud');
  const reply = await send(emulator, method, path, options);
  const operation = contract.operationOf(method, `/api${path.split('?')[0]}`) ?? '';
  const departures = contract.checkResponse(
    operation,
    reply.status,
    reply.text === '' ? undefined : reply.body,
  );
  if (departures.length > 0) throw new Error(`${method} ${path}: ${departures.join(', ')}`);
  return reply;
}

/** Follows keys and positions into a reply: `at(reply.body, 'data', 0, 'id')`. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    current = Array.isArray(current) && typeof step === 'number' ? current[step] : asObject(current)[step];
  }
  return current;
}

function parsed(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
