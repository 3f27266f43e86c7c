import { beforeEach, describe, expect, test } from 'vitest';
import { type Ensure, ensure } from '../../src/converge/ensure.ts';
import type { World } from '../../src/converge/service.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { listingOf } from '../support/processes.ts';
import { failureOf } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { answered, ForgeServer, processOf, specOf } from './forge-server.ts';

let server: ForgeServer;
let world: World<ForgeSpec, ForgeProcess>;
let said: string[];
let known: string;
let knownAs: string | undefined;
let clock: VirtualClock;

beforeEach(() => {
  server = new ForgeServer();
  said = [];
  known = '';
  clock = new VirtualClock();
  const runtime = runtimeOn(clock, {
    checkpoint: (line, kind) => {
      known = line ?? '';
      knownAs = kind;
    },
    warn: (line) => said.push(line),
    log: (line) => said.push(line),
  });
  world = { service: forgeService, store: server, runtime };
});

const run = (given: Partial<Ensure<ForgeSpec>> = {}) =>
  clock.run(ensure({ spec: specOf(), ifExists: 'reuse', dryRun: false, ...given }, world));

test.each<[string, Partial<ForgeProcess>, number]>([
  ['the same one, which holds the name', {}, 6],
  ['another one, which may hold the name', { command: 'php8.3 artisan horizon' }, 12],
])('waits for a removal of %s, then creates', async (_, given, looks) => {
  const old = server.add('horizon', given);
  server.removalLooks = looks;
  await server.remove(old.id);
  server.calls.length = 0;
  expect(await run()).toMatchObject({ outcome: 'created', process: { id: '42' } });
  expect(server.calls).toEqual(['create horizon', 'create horizon']);
});

test.each([[], ['removing']])(
  'a name that another process has is an error that says so (beside %j)',
  async (...others) => {
    server.add('horizon', { command: 'php8.4 artisan reverb:start' });
    for (const status of others) server.add('other', { command: 'php8.4 artisan other', status });
    await expect(run()).rejects.toThrow(/"horizon".*has that name.*another name/s);
    expect(server.calls).toEqual(['create horizon', 'create horizon']);
  },
);

test('a name in use is an error at once where nothing is looked for', async () => {
  server.add('horizon', { command: 'php8.4 artisan reverb:start' });
  await expect(run({ ifExists: 'create' })).rejects.toThrow('Another background process of this server has');
  expect(server.calls).toEqual(['create horizon']);
});

test('a new process that is not as declared is reported, since Forge cannot change it', async () => {
  const create = server.create.bind(server);
  server.create = async (spec) => await create({ ...spec, processes: 3 });
  const ignored = { processes: { from: 3, to: 1 } };
  expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'created', ignored });
  expect(server.calls).toEqual(['create horizon']);
});

test('a name that no list shows to be in use is tried once more, and may be free by then', async () => {
  server.add('horizon', { command: 'php8.4 artisan reverb:start' });
  server.onCreate = (_spec, attempt) => {
    if (attempt === 2) server.kept.length = 0;
    return 'answer';
  };
  expect(await run()).toMatchObject({ outcome: 'created' });
  expect(server.calls).toEqual(['create horizon', 'create horizon']);
});

test.each([
  ['', [], ['create horizon']],
  [', also after another removal', ['removing'], ['create horizon', 'create horizon']],
])(
  'a run that loses the race for the name waits for lists that show the winner late%s',
  async (_, others, calls) => {
    server.add('horizon');
    const list = server.list.bind(server);
    const leaving = others.map((status) => processOf({ id: '9', command: 'old', status }));
    server.list = async () => {
      if (clock.now() >= 20_000) return await list();
      return listingOf([], { leaving: clock.now() < 2_000 ? leaving : [] });
    };
    expect(await run()).toMatchObject({ outcome: 'unchanged', process: { id: '41' } });
    expect(server.calls).toEqual(calls);
  },
);

test('a run that loses the race for the name takes the winner from the list that shows it', async () => {
  server.add('horizon');
  const list = server.list.bind(server);
  let looks = 0;
  server.list = async () => (++looks % 2 === 0 ? await list() : listingOf([]));
  expect(await run()).toMatchObject({ outcome: 'unchanged', process: { id: '41' } });
  expect(server.calls).toEqual(['create horizon']);
});

test('a lost request that takes effect only later makes the second run into its name, and is adopted', async () => {
  server.onCreate = (_spec, attempt) => (attempt === 1 ? 'late' : 'answer');
  expect(await run()).toMatchObject({ outcome: 'created', process: { id: '41' } });
  expect(server.calls).toEqual(['create horizon', 'create horizon']);
  expect(server.names).toEqual(['horizon']);
});

test('a dry run tells what would be done and does none of it', async () => {
  expect(await run({ dryRun: true })).toMatchObject({ outcome: 'would-create', process: undefined });
  server.add('horizon', { processes: 3 });
  expect(await run({ dryRun: true, ifExists: 'replace' })).toMatchObject({
    outcome: 'would-replace',
    process: { id: '41' },
    changes: { processes: { from: 3, to: 1 } },
  });
  expect(server.calls).toEqual([]);
});

test('replace makes the new one first where the name is free', async () => {
  server.add('by-hand', { processes: 3 });
  expect(await run({ ifExists: 'replace' })).toMatchObject({
    outcome: 'replaced',
    process: { id: '42', processes: 1 },
    changes: { processes: { from: 3, to: 1 } },
  });
  expect(server.calls).toEqual(['create horizon', 'remove 41']);
  expect(server.names).toEqual(['horizon']);
});

describe('a replacement that was interrupted before the old one was removed', () => {
  const early = { createdAt: '2026-10-01T09:00:00Z' };
  const late = { createdAt: '2026-10-01T09:00:05Z' };
  const unknown = { directory: null, vague: 'its directory is not known' };

  test('is finished by the next run', async () => {
    server.add('by-hand', { ...early, processes: 3 });
    server.add('horizon', late);
    expect(await run({ ifExists: 'replace', dryRun: true })).toMatchObject({
      outcome: 'would-replace',
      process: { id: '42' },
      changes: { processes: { from: 3, to: 1 } },
    });
    expect(server.calls).toEqual([]);
    expect(said).toContain('42 has replaced 41, which is still there. A run without dry-run removes 41.');
    expect(await run({ ifExists: 'replace' })).toMatchObject({
      outcome: 'replaced',
      process: { id: '42', processes: 1 },
      changes: { processes: { from: 3, to: 1 } },
    });
    expect(server.calls).toEqual(['remove 41']);
    expect(known).toBe('replaced 41 by 42 (processes: 3 → 1)');
  });

  test.each<[string, Partial<ForgeProcess>, Partial<ForgeProcess>, Ensure<ForgeSpec>['ifExists']]>([
    ['reuse leaves both', { ...early, processes: 3 }, late, 'reuse'],
    ['the younger one has drifted', early, { ...late, processes: 3 }, 'replace'],
    ['both have', { ...early, processes: 3 }, { ...late, processes: 3 }, 'replace'],
    ['none has', early, late, 'replace'],
    ['each runs in another directory', { ...early, processes: 3 }, { ...late, directory: '/b' }, 'replace'],
    [
      'both directories are unknown',
      { ...early, processes: 3, ...unknown },
      { ...late, ...unknown },
      'replace',
    ],
  ])('is not guessed: %s', async (_, one, other, ifExists) => {
    server.add('by-hand', one);
    server.add('horizon', other);
    const spec = specOf({ directory: undefined });
    await expect(run({ spec, ifExists })).rejects.toThrow(/2 background processes match it/);
    expect(server.calls).toEqual([]);
  });

  test('is begun again where the new one is gone, though a list still shows it', async () => {
    server.add('by-hand', { ...early, processes: 3 });
    const list = server.list.bind(server);
    server.list = async () => {
      const { processes, ...listing } = await list();
      return { ...listing, processes: [...processes, processOf({ id: '99', ...late })] };
    };
    expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'replaced', process: { id: '42' } });
    expect(server.calls).toEqual(['create horizon', 'remove 41']);
  });

  test('is begun again where the new one goes together with the old one', async () => {
    server.add('by-hand', { ...early, processes: 3 });
    server.add('horizon', late);
    server.onRemove = () => {
      server.kept.length = 0;
    };
    expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'created', process: { id: '43' } });
  });

  test('is finished only where something may be written', async () => {
    server.add('by-hand', { ...early, processes: 3 });
    server.add('horizon', late);
    server.mayWrite = () => {
      throw new Failure({ what: 'The server', why: 'it is read only' });
    };
    await expect(run({ ifExists: 'replace' })).rejects.toThrow('The server is read only.');
    expect(server.calls).toEqual([]);
  });

  test('nor among three', async () => {
    server.add('by-hand', { ...early, processes: 3 });
    server.add('horizon', late);
    server.add('third', { ...late, processes: 2 });
    await expect(run({ ifExists: 'replace' })).rejects.toThrow(/3 background processes match it/);
  });
});

test('a run that is stopped between the two requests of a replacement says that both are there', async () => {
  server.add('by-hand', { processes: 3 });
  server.list = async () => {
    if (server.kept.length > 1) throw new Cancelled({ what: 'The step', why: 'it was told to stop' });
    return listingOf(server.kept.map(({ process }) => process));
  };
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(Cancelled);
  expect(known).toMatch(/^created process .* as 42; 41, which it is to replace, is still there$/);
});

test('replace whose requests are all lost leaves it to the error to say so', async () => {
  server.add('by-hand', { processes: 3 });
  server.create = async () => ({ kind: 'lost', cause: 'the connection broke off' });
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(/no usable response came \(.*; sent 3 times\)/);
  expect(known).toBe('');
});

test('replace leaves the directory as it is where none is declared', async () => {
  server.add('by-hand', { processes: 3, directory: '/srv/shop' });
  const ensured = await run({ spec: specOf({ directory: undefined }), ifExists: 'replace' });
  expect(ensured).toMatchObject({ outcome: 'replaced', process: { id: '42', directory: '/srv/shop' } });
});

test.each([
  ['has drifted, too', 3],
  ['is as declared', 1],
])('replace touches no process in another directory that %s', async (_, processes) => {
  server.add('horizon', { processes: 3, directory: null });
  server.add('elsewhere', { processes, directory: '/srv/other' });
  server.serverTime = Date.parse('2026-10-02');
  const ensured = await run({ spec: specOf({ directory: undefined }), ifExists: 'replace' });
  expect(ensured).toMatchObject({ outcome: 'replaced', process: { id: '43', directory: null } });
  expect(server.names).toEqual(['elsewhere', 'horizon']);
});

test('replace is not kept from it by a process in doubt that was there before', async () => {
  server.add('horizon', { processes: 3 });
  server.add('odd', { command: '', doubt: 'its command is not known' });
  expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'replaced', process: { id: '43' } });
  expect(server.names).toEqual(['odd', 'horizon']);
});

test('replace gives way to a process that another run has made without the directory meanwhile', async () => {
  server.add('horizon', { processes: 3, directory: '/srv/shop' });
  server.onRemove = (id) => {
    if (id === '41') server.add('rival', { directory: null, createdAt: '2026-10-01T09:04:59Z' });
  };
  const ensured = await run({ spec: specOf({ directory: undefined }), ifExists: 'replace' });
  expect(ensured).toMatchObject({ outcome: 'replaced', process: { id: '42' } });
  expect(server.names).toEqual(['rival']);
});

test('replace changes nothing where neither the declaration nor Forge tells the directory', async () => {
  server.add('other-name', { processes: 3, directory: null, vague: 'its directory is not known' });
  for (const dryRun of [true, false])
    await expect(
      run({ spec: specOf({ directory: undefined }), ifExists: 'replace', dryRun }),
    ).rejects.toThrow(
      'Replacing background process 41: its directory is not known, so the new process could differ from it. Nothing was changed. Delete this process in the dashboard, then run the job again, which creates it.',
    );
  expect(server.calls).toEqual([]);
});

test('replace deletes the old one first where it holds the name, and waits until it is gone', async () => {
  server.add('horizon', { processes: 3 });
  server.removalLooks = 3;
  expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'replaced', process: { id: '42' } });
  expect(server.calls).toEqual(['create horizon', 'remove 41', 'create horizon']);
  expect(known).toBe('replaced 41 by 42 (processes: 3 → 1)');
  expect(said.slice(0, 2)).toEqual([
    'Replacing 41 (processes: 3 → 1)',
    'The name is in use, probably by 41: deleting that process first',
  ]);
});

test('replace in a race waits for a successor that a list shows late', async () => {
  server.add('horizon', { processes: 3 });
  server.onRemove = () => {
    server.kept.length = 0;
    server.add('horizon');
  };
  const list = server.list.bind(server);
  server.list = async () => {
    const listing = await list();
    return clock.now() < 3_000
      ? { ...listing, processes: listing.processes.filter(({ id }) => id !== '42') }
      : listing;
  };
  expect(await run({ ifExists: 'replace' })).toMatchObject({ outcome: 'replaced', process: { id: '42' } });
  expect(server.names).toEqual(['horizon']);
  expect(clock.now()).toBeLessThan(6_000);
});

test('replace whose name turns out to be somebody else’s takes another name rather than leave nothing', async () => {
  server.add('horizon', { command: 'php8.4 artisan reverb:start' });
  server.add('by-hand', { processes: 3 });
  const ensured = await run({ ifExists: 'replace' });
  expect(ensured).toMatchObject({ outcome: 'replaced', process: { id: '43', processes: 1 } });
  expect(ensured.otherName).toMatch(/^horizon-/);
  expect(server.names).toEqual(['horizon', ensured.otherName]);
  expect(said).toContain(`Another process has the name horizon; taking ${ensured.otherName} instead`);
});

test('replace finds both names in use: that is an error, with what is gone', async () => {
  server.add('horizon', { command: 'php8.4 artisan reverb:start' });
  server.add('by-hand', { processes: 3 });
  server.onCreate = ({ name }) => {
    if (name !== 'horizon') server.add(name, { command: 'x' });
    return 'answer';
  };
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(
    /Background process 42 is deleted, and its replacement was not created\. The names horizon and horizon-\w+ are both in use\. Set another name/,
  );
});

test('replace takes none of another run for the new one that is not as declared', async () => {
  server.add('by-hand', { processes: 3 });
  server.onCreate = () => {
    if (server.kept.length === 1) server.add('horizon', { processes: 5 });
    return 'answer';
  };
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(
    /2 background processes match it, and one of them showed only now\n- 41: .*3 processes.*\n- 42: .*5 processes/,
  );
  expect(server.calls).toEqual(['create horizon']);
});

const stopped = new Cancelled({ what: 'The step', why: 'it was told to stop' });
const wordless = new Failure({ what: 'It', why: 'failed' });

test.each<[string, Error, string | RegExp]>([
  [
    'may not delete',
    answered(403),
    /^Replacing background process 41: 42 exists in its place, but 41 could not be deleted: .*403.*both exist/,
  ],
  ['fails wordlessly', wordless, 'failed. Run the job again. Until 41 is deleted, both exist'],
  ['is stopped', stopped, stopped.message],
])('replace that %s after the creation says that both are there', async (_, error, message) => {
  server.add('by-hand', { processes: 3 });
  server.onRemove = () => {
    throw error;
  };
  const running = run({ ifExists: 'replace' });
  await expect(running).rejects.toThrow(message);
  expect((await failureOf(running)) instanceof Cancelled).toBe(error === stopped);
  expect(known).toBe('42 exists in the place of 41, which is to be deleted');
});

test('replace that may not delete loses nothing where the old one holds the name', async () => {
  server.add('horizon', { processes: 3 });
  server.onRemove = () => {
    throw answered(403);
  };
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(/403/);
  expect(server.names).toEqual(['horizon']);
});

test.each<[string, Error, string | RegExp, Partial<ForgeSpec>?]>([
  [
    'cannot create',
    answered(422, ['command']),
    'Background process 41 is deleted, and its replacement was not created. Laravel Forge answered 422. Mend it. The next run creates the process "php8.4 artisan horizon" of user forge in /home/forge/shop.example.',
  ],
  [
    'fails without a word on what to do',
    wordless,
    /Failed\. Run the job again when the cause is fixed\. The next run creates/,
    { directory: undefined },
  ],
  ['is stopped', stopped, stopped.message],
])('replace that %s after the deletion says what is gone', async (_, error, message, given = {}) => {
  const place = 'directory' in given ? 'no directory' : '/home/forge/shop.example';
  server.add('horizon', { processes: 3, ...('directory' in given && { directory: null }) });
  server.onCreate = () => {
    if (server.kept.length === 0) throw error;
    return 'answer';
  };
  const running = run({ ifExists: 'replace', spec: specOf(given) });
  await expect(running).rejects.toThrow(message);
  expect((await failureOf(running)) instanceof Cancelled).toBe(error === stopped);
  expect(known).toBe(
    `deleted 41: 3 × "php8.4 artisan horizon" of user forge in ${place}; its replacement does not exist yet`,
  );
});

test('replace that loses the answer after the deletion still says what is gone', async () => {
  server.add('horizon', { processes: 3 });
  server.onCreate = () => {
    if (server.kept.length > 0) return 'answer';
    clock.sleep = async () => {
      throw stopped;
    };
    return 'lose';
  };
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(stopped.message);
  expect(known).toMatch(
    /^whether the process .* was created .*; deleted before that: 41: 3 × "php8.4 artisan/,
  );
  expect(knownAs).toBe('unknown');
});

test('replace whose create request stays without an effect after the deletion says what is gone', async () => {
  server.add('horizon', { processes: 3 });
  server.onCreate = () => (server.kept.length > 0 ? 'answer' : 'never');
  await expect(run({ ifExists: 'replace' })).rejects.toThrow(/41 is deleted, and its replacement was not/);
  expect(known).toMatch(/^deleted 41: 3 × "php8.4 artisan horizon" .*; its replacement does not exist yet$/);
});
