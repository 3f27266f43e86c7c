import { loadContract } from './contract.ts';
import { asObject, type JsonObject } from './json.ts';
import type { Emulator } from './server.ts';

interface Reply {
  status: number;
  text: string;
  body: JsonObject;
}

export interface CallOptions {
  body?: unknown;
}

/** Sends one request as the actions do. The path is relative to `/api`. */
async function send(emulator: Emulator, method: string, path: string, { body }: CallOptions): Promise<Reply> {
  const headers: Record<string, string> = {
    Accept: 'application/vnd.api+json, application/json',
    Authorization: `Bearer ${emulator.token}`,
  };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: parsed(text) };
}

/** Sends a request, and checks the response against the contract. */
export async function sendChecked(
  emulator: Emulator,
  method: string,
  path: string,
  options: CallOptions,
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

function parsed(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
