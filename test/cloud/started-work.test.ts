import { describe, expect, test } from 'vitest';
import { commandSucceeded, runCommand } from '../../src/cloud/started-work.ts';
import { Deadline } from '../../src/time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { json, networkError, scriptedClient } from '../support/test-client.ts';

const canary = 'php artisan queue:canary';

interface World {
  /** Commands that are there before, and how many of the list a page holds. */
  readonly before?: readonly string[];
  readonly perPage?: number;
  /** For each request whose answer is lost: the commands that have started all the same. */
  readonly lost?: readonly (readonly string[])[];
  readonly refused?: number;
  readonly command?: string;
  /** How long it runs, in milliseconds. */
  readonly takes?: number;
  readonly ends?: string;
  readonly oldestFirst?: boolean;
  /** True if the response to the request holds only the id. */
  readonly answersId?: boolean;
}

/** Runs a command in an environment that keeps what it is asked to run. */
async function run({
  before = [],
  perPage = 50,
  lost = [],
  command = canary,
  refused,
  takes = 3_000,
  ends = 'command.failure',
  oldestFirst,
  answersId = false,
}: World) {
  const { client, clock, transport } = scriptedClient([], { deadline: 3_600_000 });
  const made = before.map((text, index) => ({ id: `comm-${index + 1}`, text, endsAt: 0 }));
  const answers = [...lost];
  const start = (text: string) => {
    const one = { id: `comm-${made.length + 1}`, text, endsAt: clock.now() + takes };
    made.push(one);
    return one;
  };
  const resource = ({ id, text, endsAt }: ReturnType<typeof start>) => {
    const hasEnded = clock.now() >= endsAt;
    return {
      id,
      attributes: {
        status: hasEnded ? ends : 'command.running',
        command: text,
        output: hasEnded ? 'Nothing consumes the queue' : null,
        exit_code: hasEnded ? 3 : null,
        failure_reason: hasEnded ? 'It exited' : null,
        finished_at: hasEnded ? '2026-04-04T00:00:00.000000Z' : null,
      },
    };
  };
  transport.answer = async ({ method, url, body }) => {
    await clock.sleep(100);
    if (method === 'POST') {
      if (refused !== undefined) return json(refused, { message: 'No.', errors: { command: ['Too long.'] } });
      const started = answers.shift();
      started?.forEach(start);
      if (started !== undefined) return networkError('ECONNRESET');
      const { id, ...rest } = resource(start(JSON.parse(String(body)).command));
      return json(201, { data: { id, ...(answersId ? {} : rest) } });
    }
    const asked = made.find(({ id }) => url.pathname.endsWith(`/commands/${id}`));
    if (asked !== undefined) return json(200, { data: resource(asked) });
    const page = Number(url.searchParams.get('page') ?? 1);
    const listed = oldestFirst ? made : [...made].reverse();
    const data = [...listed.slice((page - 1) * perPage, page * perPage).map(resource), { id: 'comm-odd' }];
    return json(200, { data, meta: { last_page: Math.ceil(made.length / perPage) } });
  };
  const lines: string[] = [];
  const done: string[] = [];
  const ended = runCommand(client, 'env-1', command, {
    clock,
    random: seededRandom(1),
    cancelled: new AbortController().signal,
    deadline: new Deadline(clock, 300_000),
    log: (line) => lines.push(line),
    did: (line, kind) => done.push(`${kind}: ${line}`),
  });
  const result = await clock.run(ended.catch((error: unknown) => error));
  return { result, lines, done, made, asked: transport.asked };
}

describe('a command', () => {
  test('is started and followed to its end', async () => {
    const { result, lines, done, asked } = await run({ before: [canary] });
    expect(result).toEqual({
      id: 'comm-2',
      status: 'command.failure',
      command: canary,
      output: 'Nothing consumes the queue',
      exitCode: 3,
      failureReason: 'It exited',
      finishedAt: Date.UTC(2026, 3, 4),
    });
    expect(lines).toEqual(['Command comm-2: command.failure']);
    expect(done).toEqual(['going: started command comm-2, which goes on in Laravel Cloud']);
    expect(asked).toEqual([
      'GET /api/environments/env-1/commands?filter%5Bcommand%5D=php+artisan+queue%3Acanary',
      'POST /api/environments/env-1/commands',
      'GET /api/commands/comm-2',
      'GET /api/commands/comm-2',
    ]);
  });

  test.each<[string, World, string]>([
    ['of the same text that ran before', { before: [canary] }, 'comm-2'],
    ['of another text', { lost: [['php artisan about', canary]], oldestFirst: true }, 'comm-2'],
    [
      'on the last page of a list',
      { before: Array(5).fill(canary), perPage: 2, oldestFirst: true },
      'comm-6',
    ],
  ])('whose answer was lost is told from those %s', async (_, world, id) => {
    const { result, lines, made, done } = await run({ lost: [[canary]], ...world });
    expect(result).toMatchObject({ id, command: canary });
    expect(made.at(-1)?.id).toBe(id);
    expect(lines[0]).toMatch(/^The response to the command request was lost/);
    expect(done).toEqual([
      'going: sent the request for a command, and its response was lost: look in Laravel Cloud whether it runs',
      `going: started command ${id}, which goes on in Laravel Cloud`,
    ]);
  });

  test.each<[string, World, object, number?]>([
    ['ends as soon as it has succeeded', { ends: 'command.success' }, { status: 'command.success' }],
    ['ends with a status that is not known', { ends: 'cancelled' }, { id: 'comm-1', status: 'cancelled' }],
    ['is sent once where the answer holds only its id', { answersId: true }, { id: 'comm-1' }],
    [
      'has its whole time from its start, although an earlier request was lost',
      { lost: [[]], takes: 290_000 },
      { id: 'comm-1', status: 'command.failure' },
      2,
    ],
    [
      'is sent once where it is refused, and the input is named',
      { refused: 422 },
      { what: 'Starting a command', status: 422, fix: 'Correct verify-command' },
    ],
    [
      'is sent three times at most where no answer comes and nothing starts',
      { lost: [[], [], []] },
      { what: 'Starting a command' },
      3,
    ],
  ])('%s', async (_, world, expected, times = 1) => {
    const { result, asked } = await run(world);
    expect(result).toMatchObject(expected);
    expect(asked.filter((request) => request.startsWith('POST'))).toHaveLength(times);
  });

  test.each([
    [500, '?filter%5Bcommand%5D='],
    [501, ''],
  ])('of %d characters is looked for by its text only where that fits', async (length, query) => {
    const { asked } = await run({ command: 'x'.repeat(length) });
    expect(asked[0]).toBe(`GET /api/environments/env-1/commands${query}${query && 'x'.repeat(length)}`);
  });

  test('that runs too long is an error that names its limit', async () => {
    const { result, lines } = await run({ takes: 400_000 });
    expect(result).toMatchObject({
      what: 'Command comm-1',
      why: 'it is still command.running after 300 s',
      fix: 'It continues in Laravel Cloud. Look there how it ends, or raise verify-timeout',
    });
    expect(lines[0]).toMatch(/^Command comm-1: still command.running after 3\d s$/);
  });
});

test.each([
  ['command.success', 0, true],
  ['command.success', undefined, true],
  ['command.success', 1, false],
  ['command.failure', 0, false],
])('a command that ends as %s with code %s has succeeded: %s', (status, exitCode, succeeded) => {
  const command = { id: 'comm-1', command: canary, output: undefined, failureReason: undefined };
  expect(commandSucceeded({ ...command, status, exitCode, finishedAt: undefined })).toBe(succeeded);
});
