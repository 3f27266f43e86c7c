import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('serve.ts', import.meta.url));
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
  }
});

function serve(port?: string) {
  const env = { PATH: process.env['PATH'] ?? '', ...(port === undefined ? {} : { PORT: port }) };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

/** The address that it tells once it listens. */
async function addressOf(child: ReturnType<typeof serve>): Promise<URL> {
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^api-url\s+(.+)$/.exec(line)?.[1];
    if (address !== undefined) return new URL(address);
  }
  throw new Error('It ended without an address');
}

test.each([undefined, '0'])('a free port is taken and told when PORT is %j', async (port) => {
  const url = await addressOf(serve(port));
  expect(Number(url.port)).toBeGreaterThan(0);
  expect((await fetch(`${url}/meta/organization`)).status).toBe(401);
});

test('a port that is asked for is taken', async () => {
  const first = serve();
  const { port } = await addressOf(first);
  first.kill();
  await once(first, 'exit');
  expect((await addressOf(serve(port))).port).toBe(port);
});

test.each(['http', '70000'])('PORT may not be %s', async (port) => {
  const child = serve(port);
  expect(await text(child.stderr)).toContain(`PORT is ${port}: give a number`);
});
