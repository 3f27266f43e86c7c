import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CommentTarget,
  keepComment,
  type StickyComment,
} from '../../src/runner/pull-request-comment.ts';
import { type Clock, systemClock } from '../../src/time.ts';
import { type FakeGitHub, ownBot, type Refusal, secondaryLimit, startFakeGitHub } from './fake-github.ts';

const token = 'ghs_aTokenOfTheTest0123456789';
const marker = '<!-- laravel-background-process apply 0123456789abcdef -->';

let gitHub: FakeGitHub;
let said: string[] = [];

beforeEach(async () => {
  gitHub = await startFakeGitHub();
  said = [];
});

afterEach(() => gitHub.close());

function target(overrides: Partial<CommentTarget> = {}): CommentTarget {
  return {
    token,
    apiUrl: new URL(gitHub.url),
    repository: 'acme/shop',
    pullRequest: 7,
    environment: {},
    requestTimeout: 60_000,
    cutOff: new AbortController().signal,
    clock: hurried(),
    random: () => 1,
    log: { info: (line) => said.push(line), debug: () => undefined },
    ...overrides,
  };
}

/** A comment under the marker of these tests. */
function sticky(body: string): StickyComment {
  return { find: (bodies) => bodies.findLast((one) => one.startsWith(marker)), bodyAfter: () => body };
}

/** Passes over pauses. The time-out of a request is longer than any of them, and real. */
function hurried(): Clock {
  let skipped = 0;
  return {
    now: () => performance.now() + skipped,
    async sleep(ms, signal) {
      if (ms >= 60_000) return await systemClock.sleep(ms, signal);
      skipped += ms;
    },
  };
}

const sent = (): string[] =>
  gitHub.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);

const users = {
  bot: ownBot,
  app: { login: 'our-app[bot]', type: 'Bot' },
  octocat: { login: 'octocat', type: 'User' },
  mallory: { login: 'mallory', type: 'User' },
};
type Texts = { [User in keyof typeof users]?: string };

/** Puts comments of these users under the marker. */
function add(texts: Texts): void {
  for (const [user, text] of Object.entries(texts))
    gitHub.comments.push({
      id: gitHub.comments.length + 1,
      body: `${marker}\n${text}`,
      user: users[user as keyof typeof users],
    });
}

/** The comments, without the marker. */
const shown = () => gitHub.comments.map(({ body }) => body.replace(`${marker}\n`, ''));

const graphql = /graphql$/;

describe('One comment on a pull request is kept up to date', () => {
  test('it is created once, then updated in place, and left alone when nothing changed', async () => {
    expect(await keepComment(target(), sticky(`${marker}\none`))).toBe('created');
    expect(await keepComment(target(), sticky(`${marker}\ntwo`))).toBe('updated');
    expect(await keepComment(target(), sticky(`${marker}\ntwo`))).toBe('unchanged');
    expect(shown()).toEqual(['two']);
    expect(sent().filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
  });

  test('of two that first runs created at the same moment, none stays out of date', async () => {
    add({ bot: 'one' });
    add({ bot: 'two' });
    expect(await keepComment(target(), sticky(`${marker}\nnew`))).toBe('updated');
    expect(shown()).toEqual(['new', 'new']);
  });

  test('one that was deleted since it was read is created anew', async () => {
    add({ bot: 'old' });
    gitHub.refuse = { on: /^PATCH /, status: 404 };
    expect(await keepComment(target(), sticky(`${marker}\nnew`))).toBe('created');
    expect(gitHub.comments).toHaveLength(2);
  });

  test('it is found on a later page, behind one that GitHub shows in part', async () => {
    for (let id = 1; id <= 250; id++)
      gitHub.comments.push({ id, body: 'Hello', user: ownBot, hidden: id === 50 });
    add({ bot: 'old' });
    expect(await keepComment(target(), sticky(`${marker}\nnew`))).toBe('updated');
    expect(shown().slice(-2)).toEqual(['Hello', 'new']);
  });

  test.each<[string, Partial<FakeGitHub>, there: Texts, then: string]>([
    ['not that of another user or App', {}, { mallory: 'a', app: 'b' }, 'a b new'],
    ['that of the token’s user', { viewer: 'octocat' }, { bot: 'a', octocat: 'b' }, 'a new'],
    ['that of an App, whose name has a suffix', { viewer: 'our-app' }, { app: 'a' }, 'new'],
    ['else the bot’s', { viewer: undefined }, { mallory: 'a', bot: 'b' }, 'a new'],
    ['by GET /user', { viewer: undefined, user: users.octocat }, { bot: 'a', octocat: 'b' }, 'a new'],
    [
      'by GET /user after a 403',
      { refuse: { on: graphql, status: 403 }, user: users.octocat },
      { octocat: 'a' },
      'new',
    ],
    [
      'by GET /user after errors',
      { refuse: { on: graphql, status: 200, body: '{"errors":[{"message":"no"}]}' }, user: users.octocat },
      { octocat: 'a' },
      'new',
    ],
  ])('it is the own one: %s', async (_, answers, there, then) => {
    Object.assign(gitHub, answers);
    add(there);
    const outcome = then.includes('b new') ? 'created' : 'updated';
    expect(await keepComment(target(), sticky(`${marker}\nnew`))).toBe(outcome);
    expect(shown().join(' ')).toBe(then);
  });

  test('an Enterprise Server’s API is spoken to where it is', async () => {
    const enterprise = await startFakeGitHub('/api/v3');
    try {
      const there = target({ apiUrl: new URL(enterprise.url) });
      await keepComment(there, sticky(`${marker}\none`));
      expect(await keepComment(there, sticky(`${marker}\ntwo`))).toBe('updated');
      expect(enterprise.requests.map(({ path }) => path)).toContain('/api/graphql');
    } finally {
      await enterprise.close();
    }
  });
});

describe('hiccups of GitHub are retried like those of the services', () => {
  const list = /^GET .*comments$/;
  const post = /^POST .*comments$/;
  const patch = /^PATCH /;

  test.each<[string, Refusal]>([
    ['502', { on: list, status: 502, times: 2 }],
    ['a 429 with Retry-After', { on: list, status: 429, headers: { 'Retry-After': '30' }, times: 2 }],
    ['a secondary limit', { on: list, ...secondaryLimit(45), times: 2 }],
    ['a cut connection', { on: list, status: 'cut', times: 2 }],
    ['a secondary limit to the update', { on: patch, ...secondaryLimit(45), times: 2 }],
    ['a 502 to the question whose token it is', { on: graphql, status: 502, times: 1 }],
  ])('%s', async (_, refusal) => {
    gitHub.viewer = 'our-app';
    add({ app: 'old' });
    gitHub.refuse = refusal;
    expect(await keepComment(target(), sticky(`${marker}\nnew`))).toBe('updated');
    expect(shown()).toEqual(['new']);
    expect(said.length).toBeGreaterThan(0);
  });

  test.each<[string, Refusal]>([
    ['502, and had arrived', { on: post, status: 502, acts: true, times: 1 }],
    ['502, and had not arrived', { on: post, status: 502, times: 3 }],
    ['nothing, and had arrived', { on: post, status: 'cut', acts: true, times: 1 }],
    ['a page, and had arrived', { on: post, status: 200, body: '<html>', acts: true, times: 1 }],
    ['a secondary limit', { on: post, ...secondaryLimit(10), times: 2 }],
  ])('a new comment that was answered with %s is there once', async (_, refusal) => {
    gitHub.refuse = refusal;
    expect(await keepComment(target(), sticky(`${marker}\nplan`))).toBe('created');
    expect(shown()).toEqual(['plan']);
  });

  test('one that never gets through is an error after a minute', async () => {
    gitHub.refuse = { on: post, status: 503 };
    const clock = hurried();
    const began = clock.now();
    await expect(keepComment(target({ clock }), sticky(marker))).rejects.toMatchObject({ status: 503 });
    expect(clock.now() - began).toBeGreaterThan(60_000);
    expect(gitHub.comments).toEqual([]);
  });
});
