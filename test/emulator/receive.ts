import type { IncomingMessage } from 'node:http';
import type { IncomingCall } from './contract.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** Reads a whole request. Returns it as a call, and as the record for tests. */
export async function receive(
  message: IncomingMessage,
  at: number,
): Promise<{ call: IncomingCall; request: RecordedRequest }> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const rawBody = Buffer.concat(chunks).toString('utf8');
  const method = message.method ?? 'GET';
  const { pathname, searchParams, origin } = new URL(message.url ?? '/', `http://${message.headers.host}`);
  const query = Object.fromEntries(searchParams);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
  return {
    call: { method, path: pathname, url: `${origin}${pathname}`, query, headers, rawBody },
    request: { method, path: pathname, query, headers, body: parsed(rawBody), rawBody, at, violations: [] },
  };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
