import { beforeEach, describe, expect, test } from 'vitest';
import { deleteForSure, type ForgeDeleteTarget, findToDelete } from '../../src/forge/delete.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { answered, ForgeServer } from './forge-server.ts';
import { waitingOn } from './waiting-on.ts';

let server: ForgeServer;
let clock: VirtualClock;
let known: string[];

beforeEach(() => {
  server = new ForgeServer();
  clock = new VirtualClock();
  known = [];
});

const command = 'php8.4 artisan horizon';
const byCommand = (given: object = {}): ForgeDeleteTarget => ({
  by: 'command',
  command,
  user: undefined,
  directory: undefined,
  siteId: undefined,
  ...given,
});

function world() {
  const waiting = waitingOn(clock);
  return {
    ...waiting,
    store: server,
    removalLimit: 60_000,
    did: (line: string) => void known.push(line),
    log: () => undefined,
  };
}

const find = (target: ForgeDeleteTarget, all = false) => clock.run(findToDelete(target, all, world()));
const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

describe('What is to be deleted', () => {
  test('is found by its whole command, white space folded, and by what else is given', async () => {
    server.add('a');
    server.add('b', { user: 'root' });
    server.add('c', { directory: '/other' });
    server.add('d', { command: `${command} --quiet` });
    expect(idsOf(await find(byCommand({ command: ' php8.4  artisan horizon' }), true))).toEqual([
      '41',
      '42',
      '43',
    ]);
    expect(idsOf(await find(byCommand({ user: 'root' })))).toEqual(['42']);
    expect(idsOf(await find(byCommand({ directory: '/other/' })))).toEqual(['43']);
    expect(idsOf(await find({ by: 'id', id: '44' }))).toEqual(['44']);
    expect(await find({ by: 'id', id: '45' })).toEqual([]);
  });

  test('is looked for only on the site that is given', async () => {
    await find(byCommand({ siteId: '9' }));
    // That there is none, two lists have to show.
    expect(server.filters).toEqual([{ siteId: '9' }, { siteId: '9' }]);
  });

  test('is one: several are refused with what tells them apart, after another look', async () => {
    server.add('a');
    server.add('b', { directory: null, processes: 3 });
    await expect(find(byCommand())).rejects.toThrow(
      /2 match.*- 41: user forge, directory \/home\/forge\/shop\.example, 1 processes, running.*- 42: user forge, directory none, 3 processes.*all: true/s,
    );
    expect(server.filters.length).toBeGreaterThan(1);
    expect(server.calls).toEqual([]);
  });

  test('is nothing when it is being removed already, as soon as that is over', async () => {
    server.add('a', { status: 'removing' });
    server.removalLooks = 1;
    const kept = server.kept[0];
    if (kept !== undefined) kept.looksLeft = 4;
    expect(await find(byCommand())).toEqual([]);
    expect(server.kept).toEqual([]);
  });

  test('and not gone in time is an error', async () => {
    server.add('a', { status: 'removing' });
    const kept = server.kept[0];
    if (kept !== undefined) kept.looksLeft = 1_000;
    await expect(find(byCommand())).rejects.toThrow(/41 is removed: Forge was still at it after 60 s/);
  });
});

describe('Deleting', () => {
  const remove = () =>
    clock.run(
      deleteForSure(
        server.kept.map(({ process }) => process),
        world(),
      ),
    );

  test('is over when they are gone', async () => {
    server.add('a');
    server.add('b');
    server.removalLooks = 3;
    expect(idsOf((await remove()).deleted)).toEqual(['41', '42']);
    expect(server.kept).toEqual([]);
    expect(server.calls).toEqual(['remove 41', 'remove 42']);
    expect(known).toEqual(['asked Forge to delete 41, 42']);
  });

  test('that never ends is told as not done', async () => {
    server.add('a');
    server.removalLooks = 1_000;
    const { deleted, left } = await remove();
    expect([deleted, left.map(({ error }) => error)]).toEqual([
      [],
      ['Forge was still removing it after 60 s'],
    ]);
  });

  test('that is refused for one leaves the others deleted, and nothing is said to have been asked of it', async () => {
    server.add('a');
    server.add('b');
    server.onRemove = (id) => {
      if (id === '41') throw answered(403);
    };
    const { deleted, left } = await remove();
    expect([idsOf(deleted), left.map(({ process }) => process.id)]).toEqual([['42'], ['41']]);
    expect(known).toEqual(['asked Forge to delete 42']);
  });

  test('whose answer is lost has worked when the process is gone', async () => {
    server.add('a');
    server.onRemove = () => {
      server.kept.length = 0;
      throw answered(502);
    };
    expect(idsOf((await remove()).deleted)).toEqual(['41']);
  });
});
