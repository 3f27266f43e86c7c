import { beforeEach, expect, test } from 'vitest';
import { type Ensure, ensure } from '../../src/converge/ensure.ts';
import { Failure } from '../../src/failure.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { ForgeServer, specOf } from '../forge/forge-server.ts';
import { listingOf } from '../support/listing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let server: ForgeServer;
let clock: VirtualClock;
let log: string[];

beforeEach(() => {
  server = new ForgeServer();
  clock = new VirtualClock();
  log = [];
});

const run = (ifExists: Ensure<ForgeSpec>['ifExists']) => {
  const runtime = runtimeOn(clock, { log: (line) => log.push(line) });
  const world = { service: forgeService, store: server, runtime };
  return clock.run(ensure({ spec: specOf(), ifExists, dryRun: false }, world));
};

test('a name in use is an error at once where nothing is looked for', async () => {
  server.add('horizon', { command: 'php8.4 artisan reverb:start' });
  await expect(run('create')).rejects.toThrow('Another background process of this server has that name');
  expect(server.calls).toEqual(['create horizon']);
});

test('the holder of a name is waited for until a list shows it', async () => {
  const holder = server.add('horizon');
  server.list = async () => listingOf(clock.now() < 3_000 ? [] : [holder]);
  expect(await run('reuse')).toMatchObject({ outcome: 'unchanged', process: holder });
  expect(server.calls).toEqual(['create horizon']);
  expect(log).toEqual(['The name is in use; looking whether by this very process']);
});

test('a new process that is not as declared is reported where processes cannot be changed', async () => {
  const create = server.create.bind(server);
  server.create = async (spec) => await create({ ...spec, processes: 3 });
  const ignored = { processes: { from: 3, to: 1 } };
  expect(await run('replace')).toMatchObject({ outcome: 'created', process: { id: '41' }, ignored });
  expect(server.calls).toEqual(['create horizon']);
});

test('an interrupted replacement is finished only where something may be written', async () => {
  server.add('by-hand', { createdAt: '2026-10-01T09:00:00Z', processes: 3 });
  server.add('horizon', { createdAt: '2026-10-01T09:00:05Z' });
  server.mayWrite = () => {
    throw new Failure({ what: 'The server', why: 'it is read only' });
  };
  await expect(run('replace')).rejects.toThrow('The server: it is read only.');
  server.mayWrite = () => undefined;
  expect(await run('replace')).toMatchObject({ outcome: 'replaced', process: { id: '42' } });
  expect(server.calls).toEqual(['remove 41']);
  expect(log.at(-1)).toBe('42 has replaced 41, which is still there: removing it');
});
