import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommentTarget, keepComment } from '../../src/runner/pull-request-comment.ts';
import { type FakeGitHub, ownBot, startFakeGitHub } from './fake-github.ts';

const token = 'ghs_aTokenOfTheTest0123456789';
const marker = '<!-- laravel-background-process apply 0123456789abcdef -->';

let gitHub: FakeGitHub;

beforeEach(async () => {
  gitHub = await startFakeGitHub();
});

afterEach(() => gitHub.close());

function target(overrides: Partial<CommentTarget> = {}): CommentTarget {
  return {
    token,
    apiUrl: new URL(gitHub.url),
    repository: 'acme/shop',
    pullRequest: 7,
    environment: {},
    requestTimeout: 5_000,
    cutOff: new AbortController().signal,
    ...overrides,
  };
}

const sent = (): string[] =>
  gitHub.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);

describe('One comment on a pull request is kept up to date', () => {
  test('it is created once, then updated in place, and left alone when nothing changed', async () => {
    expect(await keepComment(target(), marker, `${marker}\none`)).toBe('created');
    expect(await keepComment(target(), marker, `${marker}\ntwo`)).toBe('updated');
    expect(await keepComment(target(), marker, `${marker}\ntwo`)).toBe('unchanged');
    expect(gitHub.comments.map(({ body }) => body)).toEqual([`${marker}\ntwo`]);
    expect(sent().filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
  });

  test('it is found on a later page', async () => {
    for (let id = 1; id <= 250; id++) gitHub.comments.push({ id, body: 'Hello', user: ownBot });
    gitHub.comments.push({ id: 251, body: `${marker}\nold`, user: ownBot });
    expect(await keepComment(target(), marker, `${marker}\nnew`)).toBe('updated');
    expect(gitHub.comments.at(-1)?.body).toBe(`${marker}\nnew`);
    expect(gitHub.comments).toHaveLength(251);
  });

  test('another user’s comment is never touched, though it starts with the marker', async () => {
    gitHub.comments.push({ id: 1, body: `${marker}\nmine!`, user: { login: 'mallory', type: 'User' } });
    gitHub.comments.push({ id: 2, body: `${marker}\nours!`, user: { login: 'other-app[bot]', type: 'Bot' } });
    expect(await keepComment(target(), marker, `${marker}\nplan`)).toBe('created');
    expect(gitHub.comments.map(({ body }) => body)).toEqual([
      `${marker}\nmine!`,
      `${marker}\nours!`,
      `${marker}\nplan`,
    ]);
  });

  test('a user’s own token updates that user’s comment, not the bot’s', async () => {
    gitHub.viewer = 'octocat';
    gitHub.comments.push({ id: 1, body: `${marker}\nbot`, user: ownBot });
    gitHub.comments.push({ id: 2, body: `${marker}\nuser`, user: { login: 'octocat', type: 'User' } });
    await keepComment(target(), marker, `${marker}\nplan`);
    expect(gitHub.comments.map(({ body }) => body)).toEqual([`${marker}\nbot`, `${marker}\nplan`]);
  });

  test('an App’s bot is known with and without its suffix', async () => {
    gitHub.viewer = 'our-app';
    gitHub.comments.push({ id: 1, body: `${marker}\nold`, user: { login: 'our-app[bot]', type: 'Bot' } });
    expect(await keepComment(target(), marker, `${marker}\nnew`)).toBe('updated');
  });

  test('where nobody tells whose the token is, it is the workflow’s bot', async () => {
    gitHub.viewer = undefined;
    gitHub.comments.push({ id: 1, body: `${marker}\nmine!`, user: { login: 'mallory', type: 'User' } });
    gitHub.comments.push({ id: 2, body: `${marker}\nold`, user: ownBot });
    expect(await keepComment(target(), marker, `${marker}\nnew`)).toBe('updated');
    expect(gitHub.comments[0]?.body).toBe(`${marker}\nmine!`);
  });

  test('a comment that only quotes the marker is another one', async () => {
    gitHub.comments.push({ id: 1, body: `> ${marker}\nold`, user: ownBot });
    expect(await keepComment(target(), marker, `${marker}\nplan`)).toBe('created');
  });

  test('an Enterprise Server’s API is spoken to where it is', async () => {
    const enterprise = await startFakeGitHub('/api/v3');
    try {
      const there = target({ apiUrl: new URL(enterprise.url) });
      await keepComment(there, marker, `${marker}\none`);
      expect(await keepComment(there, marker, `${marker}\ntwo`)).toBe('updated');
      expect(enterprise.requests.map(({ path }) => path)).toContain('/api/graphql');
    } finally {
      await enterprise.close();
    }
  });

  test('a refusal is thrown with its status', async () => {
    gitHub.refuse = { on: /^POST .*comments$/, status: 403 };
    await expect(keepComment(target(), marker, marker)).rejects.toMatchObject({ status: 403 });
  });

  test('a next page elsewhere is not asked for, so that the token stays with GitHub', async () => {
    const elsewhere = await startFakeGitHub();
    try {
      const link = `<${elsewhere.url}/steal?page=2>; rel="next"`;
      gitHub.refuse = { on: /^GET /, status: 200, body: '[]', headers: { Link: link } };
      await expect(keepComment(target(), marker, marker)).rejects.toThrow('must not go');
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test('a redirect is not followed', async () => {
    gitHub.refuse = { on: /^GET /, status: 302, headers: { Location: 'http://127.0.0.1:1/' } };
    await expect(keepComment(target(), marker, marker)).rejects.toThrow('redirect');
  });

  test('a page instead of JSON is an error, not a comment', async () => {
    gitHub.refuse = { on: /^GET /, status: 200, body: '<html>Sign in</html>' };
    await expect(keepComment(target(), marker, marker)).rejects.toThrow();
    expect(gitHub.comments).toEqual([]);
  });

  test('an answer that never comes ends with the time-out', async () => {
    const silent = target({ apiUrl: new URL('http://127.0.0.1:9'), requestTimeout: 200 });
    await expect(keepComment(silent, marker, marker)).rejects.toThrow();
  });
});
