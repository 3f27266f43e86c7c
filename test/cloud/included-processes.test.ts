import { describe, expect, test } from 'vitest';
import { listInstances } from '../../src/cloud/instances.ts';
import { TooLarge } from '../../src/http/failure.ts';
import { failureOf, json, type Reply, scriptedClient, text } from '../support/test-client.ts';

interface Given {
  /** The ids that its relationship names; `undefined` for no relationship. */
  readonly names?: readonly string[] | undefined;
  readonly more?: object;
}

function instance(id: string, { names, more = {} }: Given = {}) {
  const data = names?.map((name) => ({ type: 'background_processes', id: name }));
  return {
    id,
    type: 'instances',
    attributes: { name: `the ${id}`, type: 'service' },
    ...(data === undefined ? {} : { relationships: { backgroundProcesses: { data, ...more } } }),
  };
}

function process(id: string, on?: string) {
  return {
    id,
    type: 'background_processes',
    attributes: { type: 'custom', processes: 1, command: `php artisan ${id}` },
    ...(on === undefined ? {} : { relationships: { instance: { data: { id: on } } } }),
  };
}

async function seen(replies: readonly Reply[]) {
  const { client, clock, transport } = scriptedClient(replies);
  const wanted = { processes: true, environment: false };
  const { instances, listings } = await clock.run(
    listInstances(client, { id: 'env-1', name: 'main' }, wanted),
  );
  return {
    instances: instances.map(({ id }) => id),
    processes: Object.fromEntries(
      [...listings].map(([id, { processes }]) => [id, processes.map((each) => each.id)]),
    ),
    listings,
    asked: transport.asked,
  };
}

const answer = (data: readonly object[], included?: readonly unknown[], more: object = {}) =>
  json(200, { data, ...(included === undefined ? {} : { included }), ...more });

describe('the processes that come along with the instances', () => {
  test('belong to the instance whose relationship names them', async () => {
    const data = [
      instance('i1', { names: ['a', 'b'] }),
      instance('i2', { names: ['c'] }),
      instance('i3', { names: [] }),
    ];
    const date = { date: 'Sat, 04 Apr 2026 00:00:09 GMT' };
    const body = { data, included: [process('c'), process('b', 'i1'), process('a')] };
    const { asked, instances, processes, listings } = await seen([json(200, body, date)]);
    expect(asked).toEqual(['GET /api/environments/env-1/instances?include=backgroundProcesses']);
    expect(instances).toEqual(['i1', 'i2', 'i3']);
    expect(processes).toEqual({ i1: ['a', 'b'], i2: ['c'], i3: [] });
    expect(listings.get('i1')).toMatchObject({
      leaving: [],
      pages: 1,
      serverTime: Date.UTC(2026, 3, 4, 0, 0, 9),
    });
    expect(listings.get('i2')?.processes[0]).toMatchObject({
      id: 'c',
      command: 'php artisan c',
      instanceId: 'i2',
      resource: process('c'),
    });
  });

  test('may be on several pages, each with its instances', async () => {
    const numbers = (page: number) => ({ meta: { current_page: page, last_page: 2, total: 2 } });
    const { asked, processes } = await seen([
      answer([instance('i1', { names: ['a'] })], [process('a')], numbers(1)),
      answer([instance('i2', { names: ['b'] })], [process('b')], numbers(2)),
    ]);
    expect(processes).toEqual({ i1: ['a'], i2: ['b'] });
    expect(asked[1]).toBe('GET /api/environments/env-1/instances?include=backgroundProcesses&page=2');
  });

  const whole = instance('i2', { names: ['c'] });

  const related = (backgroundProcesses: unknown) => ({
    ...instance('i1'),
    relationships: { backgroundProcesses },
  });
  const named = (more: object) => instance('i1', { names: ['a'], more });

  test.each([
    ['whose relationship is missing', instance('i1'), []],
    ['whose relationship is of another shape', related(7), []],
    ['one of whose processes did not come along', instance('i1', { names: ['a', 'b'] }), [process('a')]],
    ['one of whose processes says that it is elsewhere', named({}), [process('a', 'i9')]],
    ['whose relationship goes on', named({ links: { next: '?page=2' } }), [process('a')]],
    ['whose relationship tells of more than it names', named({ meta: { total: '2' } }), [process('a')]],
  ])('are not those of an instance %s, which is to be listed by itself', async (_, odd, included) => {
    const { instances, processes } = await seen([answer([odd, whole], [...included, process('c')])]);
    expect(instances).toEqual(['i1', 'i2']);
    expect(processes).toEqual({ i2: ['c'] });
  });

  test.each([
    ['one that came along is named by none', [instance('i1', { names: ['a'] }), whole], ['a', 'b', 'c']],
    ['one is named by two', [instance('i1', { names: ['c'] }), whole], ['c']],
  ])('are nobody’s when %s', async (_, data, ids) => {
    const included = ids.map((id) => process(id));
    expect((await seen([answer(data, included)])).processes).toEqual({});
  });

  test('are those of one instance, also where there are several whose relationships are missing', async () => {
    const answered = answer([instance('i1'), whole, instance('i3')], [process('c')]);
    expect((await seen([answered])).processes).toEqual({ i2: ['c'] });
  });
});

describe('the instances are listed by themselves', () => {
  test.each([
    ['is refused with 400', text(400, '')],
    ['is refused with 422', text(422, '')],
    ['is too much for one answer', new TooLarge(9)],
  ])('when bringing their processes along %s', async (_, reply) => {
    const { asked, instances, processes } = await seen([reply, answer([instance('i1')])]);
    expect([instances, processes]).toEqual([['i1'], {}]);
    expect(asked[1]).toBe('GET /api/environments/env-1/instances');
  });

  test('but not when nothing else would come of it', async () => {
    const { client, clock, transport } = scriptedClient([text(404, ''), text(404, '')]);
    const wanted = { processes: true, environment: false };
    await clock.run(failureOf(listInstances(client, { id: 'env-1', name: 'main' }, wanted)));
    expect(transport.asked).toHaveLength(1);
  });
});
