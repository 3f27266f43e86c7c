import { beforeEach, describe, expect, test } from 'vitest';
import { deleteAll, findToDelete, waitUntilGone } from '../../src/converge/remove.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { ForgeServer, specOf } from './forge-server.ts';

let server: ForgeServer;
let clock: VirtualClock;
let known: string[];
let log: string[];

beforeEach(() => {
  server = new ForgeServer();
  clock = new VirtualClock();
  known = [];
  log = [];
});

function world() {
  const runtime = runtimeOn(clock, {
    checkpoint: (line) => known.push(line ?? ''),
    log: (line) => log.push(line),
  });
  return { service: forgeService, store: server, runtime };
}

const sought = (given: Partial<ForgeSpec> = {}) => specOf({ directory: undefined, ...given });
const find = (spec: ForgeSpec, all = false) => clock.run(findToDelete(spec, all, world()));
const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);

/** One that is being removed, which so many looks still show. */
function leaving(looks: number): void {
  server.add('a', { status: 'removing' });
  for (const kept of server.kept) kept.looksLeft = looks;
}

describe('What is to be deleted', () => {
  test('is one: several are refused with what tells them apart, after another look', async () => {
    server.add('a');
    server.add('b', { directory: null, processes: 3 });
    await expect(find(sought())).rejects.toThrow(
      /2 background processes match.*- 41: user forge, directory \/home\/forge\/shop\.example, 1 process, running.*- 42: user forge, no directory, 3 processes, running.*set user, directory or site.*all: true/s,
    );
    expect(server.filters.length).toBeGreaterThan(1);
    expect(server.calls).toEqual([]);
  });

  test('is nothing when it is being removed already, as soon as that is over', async () => {
    leaving(4);
    expect(await find(sought())).toEqual([]);
    expect(server.kept).toEqual([]);
    expect(log).toEqual(['Waiting until 41 is removed']);
  });

  test('and not gone in time is an error; another process that is being removed is not waited for', async () => {
    leaving(1_000);
    expect(await find(sought({ command: 'php8.4 artisan pulse:work' }))).toEqual([]);
    expect(clock.now()).toBe(0);
    await expect(find(sought())).rejects.toThrow(
      'Background process 41 was still being removed after 60 s. Run the job again when it is gone.',
    );
    expect(clock.now()).toBe(60250);
  });
});

describe('Deleting where a removal takes its time', () => {
  const all = () => server.kept.map(({ process }) => process);
  const remove = () => clock.run(deleteAll(all(), world()));

  test('asks for all, and is over when all are gone', async () => {
    server.add('a');
    server.add('b');
    server.removalLooks = 3;
    expect(idsOf((await remove()).deleted)).toEqual(['41', '42']);
    expect(server.kept).toEqual([]);
    expect(server.calls).toEqual(['remove 41', 'remove 42']);
    expect(known).toEqual(['asked to remove 41', 'asked to remove 41, 42', 'deleted 41, 42']);
    expect(log).toEqual(['Waiting until 41, 42 are removed', 'Deleted 41', 'Deleted 42']);
  });

  test('that never ends is reported as not done, and says in between that it goes on', async () => {
    server.add('a');
    server.removalLooks = 1_000;
    const { deleted, left } = await remove();
    expect([deleted, left]).toEqual([
      [],
      [
        {
          process: expect.objectContaining({ id: '41' }),
          error: 'still there 60 s after the service accepted the request',
        },
      ],
    ]);
    expect(clock.now()).toBe(60250);
    expect(log).toContainEqual(expect.stringMatching(/^Still being removed after \d+ s: 41$/));
    expect(log).not.toContain('Deleted 41');
    expect(known).toEqual(['asked to remove 41', '']);
  });
});

test('a removal is waited for while a list that lags shows the process as if nothing had happened', async () => {
  const waiting = clock.run(waitUntilGone([server.add('a')], world()));
  void clock.sleep(5_000).then(() => server.kept.splice(0));
  await waiting;
  expect(clock.now()).toBeGreaterThanOrEqual(5_000);
});
