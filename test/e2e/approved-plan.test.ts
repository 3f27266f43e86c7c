import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ownBot, secondaryLimit } from '../runner/fake-github.ts';
import { openReviewedShop, type ReviewedShop } from './harness/pull-request.ts';
import type { StepRun } from './harness/run-action.ts';

const manifest = `
environments:
  production: { instances: { App: [{ type: worker, processes: 2 }] } }
  "preview/*": { instances: { App: [{ type: worker }] } }
`;

const acme = { organization: 'acme' };

/** A step of `forge/apply` with these processes declared on web-1. */
const onForge = (processes: string, more = '') => ({
  action: 'forge/apply',
  files: { '.github/forge-processes.yml': `servers: { web-1: [${processes}]${more} }` },
});

function expectRefused(shop: ReviewedShop, { exitCode, errors }: StepRun, ...texts: string[]): void {
  expect(exitCode).toBe(1);
  for (const text of texts) expect(errors[0]).toContain(text);
  expect(errors[0]).toContain('Nothing was changed');
  expect(shop.writes()).toEqual([]);
}

describe.concurrent('approved-plan: require changes only what the merged pull request has shown', () => {
  test('the shown plan is carried out, and a run with nothing to change does not ask', async () => {
    await using shop = await openReviewedShop();
    expect((await shop.plan(manifest)).errors).toEqual([]);
    const pushed = await shop.push(manifest);
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1' });
    shop.gitHub.requests.length = 0;
    expect((await shop.push(manifest)).outputs).toMatchObject({ outcome: 'unchanged' });
    expect(shop.gitHub.requests).toEqual([]);
  });

  test('a change by hand since then is refused, operation by operation', async () => {
    await using shop = await openReviewedShop();
    const existing = shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    await shop.plan(manifest);
    existing.processes = 4;
    expectRefused(
      shop,
      await shop.push(manifest),
      'production: planned now, but not shown in the pull request: update',
      'production: shown in the pull request, but no longer planned: ',
    );
  });

  test('a change to a process that another one has replaced since then is refused', async () => {
    await using shop = await openReviewedShop();
    const text = manifest.replace('processes: 2', 'processes: 2, config: { queue: high }');
    const on = (connection: string) =>
      shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'high', connection } });
    const { id } = on('redis');
    await shop.plan(text);
    shop.cloud.removeProcess(id);
    on('database');
    expectRefused(shop, await shop.push(text), 'process worker high (database)');

    const { forge } = shop;
    const first = forge.addProcess(shop.server, { command: 'php a', directory: '/home/forge/a' });
    const two = onForge('{ command: php a, processes: 2 }');
    await shop.plan('', acme, two);
    forge.removeProcess(first.id);
    forge.addProcess(shop.server, { command: 'php a', directory: '/home/forge/b' });
    expectRefused(shop, await shop.push('', acme, two), 'process php a · forge · /home/forge/b');
  });

  test('another merge, and prune that was not shown, are refused', async () => {
    await using shop = await openReviewedShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'old' } });
    await shop.plan(manifest);
    const merged = manifest.replace('processes: 2', 'processes: 9');
    expectRefused(shop, await shop.push(merged), 'not shown in the pull request: create');
    expectRefused(
      shop,
      await shop.push(manifest, { prune: 'true' }),
      'not shown in the pull request: delete',
    );
  });

  test('a shown change that is neither planned now nor made is refused, also in an environment without changes', async () => {
    await using shop = await openReviewedShop();
    const staging = shop.addEnvironment('staging');
    const worker = shop.cloud.addProcess(staging.instance, { type: 'worker', processes: 1 });
    shop.cloud.addProcess(staging.instance, { type: 'custom', command: 'php old' });
    const file = (processes: string) =>
      `${manifest}  staging: { instances: { App: [{ type: worker${processes} }] } }\n`;
    await shop.plan(file(', processes: 3'), { prune: 'true' });
    const lost = 'staging: shown in the pull request, but no longer planned: ';
    const refused = await shop.push(file(''));
    expectRefused(shop, refused, `${lost}delete`, `${lost}update`);
    const none = { outcome: 'unchanged', created: '0', deleted: '0', unchanged: '1', undeclared: '1' };
    expect(refused.outputs).toMatchObject(none);
    const [row] = JSON.parse(refused.outputs['plan-json'] ?? '[]');
    expect(row).toMatchObject({ action: 'create', status: 'not-done', error: 'the plan was refused' });
    expect(refused.summary).toContain('+ 2 processes worker default');
    worker.processes = 3;
    const pushed = await shop.push(file(''), { prune: 'true' });
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1', deleted: '1', unchanged: '1' });
  });

  test('a shown option counts as made only if the process has it, also after a create by hand', async () => {
    await using shop = await openReviewedShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    const file = (options: string) =>
      `environments: { production: { instances: { App: [{ type: worker${options} }, { type: worker, config: { queue: b${options && ', tries: 3'} } }, { type: custom, command: php a }] } } }`;
    await shop.plan(file(', config: { tries: 3 }'));
    shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 1, config: { queue: 'b' } });
    const lost = 'production: shown in the pull request, but no longer planned: ';
    expectRefused(shop, await shop.push(file('')), `${lost}update`, `${lost}create`);
  });

  test('an environment that was not shown is refused, and one of a pattern is left out', async () => {
    await using shop = await openReviewedShop();
    await shop.plan(manifest);
    const preview = shop.addEnvironment('preview/x');
    shop.cloud.addProcess(shop.instance, { type: 'custom', command: '' });
    const pushed = await shop.push(manifest);
    expect(pushed.errors).toEqual([]);
    expect(pushed.notices.join('\n')).toContain('preview/x is skipped');
    expect(pushed.warnings.filter((line) => line.includes('Left out of the plan'))).toHaveLength(1);
    expect(shop.cloud.listProcesses(preview.instance)).toEqual([]);

    shop.emulator.requests.length = 0;
    shop.addEnvironment('staging');
    const staging = `${manifest}  staging: { instances: { App: [{ type: worker }] } }\n`;
    expectRefused(
      shop,
      await shop.push(staging),
      'staging: planned now, but not shown in the pull request: create',
    );
  });

  test('a run that was broken off can be run again', async () => {
    await using shop = await openReviewedShop();
    const text = manifest.replace(
      '{ type: worker, processes: 2 }',
      '{ type: worker }, { type: custom, command: php a }',
    );
    await shop.plan(text);
    shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    const pushed = await shop.push(text);
    expect(pushed.errors).toEqual([]);
    expect(pushed.outputs).toMatchObject({ created: '1', unchanged: '1' });
  });

  test('a run that was broken off between two that are alike can be run again', async () => {
    await using shop = await openReviewedShop();
    const twins = [1, 2].map(() =>
      shop.cloud.addProcess(shop.instance, { type: 'custom', command: 'php a' }),
    );
    const prune = { prune: 'true' };
    await shop.plan(manifest, prune);
    shop.faults.add({ kind: 'status', status: 403, on: `DELETE ${twins[1]?.id}$` });
    expect((await shop.push(manifest, prune)).outputs).toMatchObject({ created: '1', deleted: '1' });
    const again = await shop.push(manifest, prune);
    expect(again.errors).toEqual([]);
    expect(again.outputs).toMatchObject({ deleted: '1', unchanged: '1' });
  });

  test('a comment that somebody else has written or edited, or that a command spells, approves nothing', async () => {
    await using shop = await openReviewedShop();
    await shop.plan(manifest);
    const [comment] = shop.gitHub.comments;
    if (comment === undefined) throw new Error('There is no comment.');
    // GitHub reports the editors of a hundred comments at a time.
    const others = Array.from({ length: 100 }, (_, index) => ({ ...comment, id: 2 + index }));
    for (const other of others) other.body = `${comment.body.split('\n')[0]}\n`;
    shop.gitHub.comments.push(...others);
    for (const editor of ['mallory', 'github-actions']) {
      comment.editor = editor;
      expectRefused(shop, await shop.push(manifest), 'somebody else has edited the comment');
    }
    comment.editor = 'github-actions[bot]';
    const { body } = comment;
    const [marker = '', shown = '', ...rest] = body.split('\n');
    comment.body = [marker, ...rest, shown, ''].join('\n');
    expectRefused(shop, await shop.push(manifest), 'no comment with a whole plan');
    const id = shop.environment.id;
    const deep = `{"${id}":[["","","",[["",{"to":${'['.repeat(9_000) + ']'.repeat(9_000)}}]],[]]]}`;
    const bomb = deflateRawSync(deep).toString('base64url');
    comment.body = [marker, shown.replace(/[^ ]+(?= -->)/, bomb), ...rest].join('\n');
    expectRefused(shop, await shop.push(manifest), 'no comment with a whole plan');
    comment.body = body;
    comment.user = { login: 'mallory', type: 'User' };
    expectRefused(shop, await shop.push(manifest), 'no comment with a whole plan');
    comment.user = ownBot;
    expect((await shop.push(manifest)).errors).toEqual([]);
  });

  test('while GitHub cannot say who has edited a comment, the comment approves nothing', async () => {
    await using shop = await openReviewedShop();
    await shop.plan(manifest);
    const viewer = JSON.stringify({ data: { viewer: ownBot } });
    const limit = '{"errors":[{"type":"RATE_LIMITED"}]}';
    for (const [status, body] of [[502], [200, limit]] as const) {
      const on = /graphql$/;
      shop.gitHub.refuse = [
        { on, status: 200, body: viewer, times: 1 },
        { on, status, ...(body && { body }) },
      ];
      expectRefused(shop, await shop.push(manifest), `GitHub answered ${status}`, 'Run the job again later');
    }
  });

  test('no pull request, another branch, no permission: each names what to do', async () => {
    await using shop = await openReviewedShop();
    await shop.plan(manifest);
    shop.gitHub.refuse = { on: /pulls$/, status: 403 };
    expectRefused(shop, await shop.push(manifest), 'pull-requests: read');
    for (const limit of [/pulls$/, /graphql$/]) {
      shop.gitHub.refuse = { on: limit, ...secondaryLimit(3_600) };
      const limited = await shop.push(manifest);
      expectRefused(shop, limited, 'asks to wait 60 minutes', 'Run the job again later');
      expect(limited.errors[0]).not.toContain('pull-requests: read');
    }
    shop.gitHub.refuse = undefined;
    const [pull] = shop.gitHub.pulls;
    if (pull === undefined) throw new Error('There is no pull request.');
    pull.base = 'develop';
    expectRefused(shop, await shop.push(manifest), 'no pull request was merged into main');
    shop.gitHub.pulls.length = 0;
    expectRefused(
      shop,
      await shop.push(manifest),
      'no pull request was merged into main',
      'without approved-plan: require. If the pull request exists, give the job permissions: { pull-requests: read }',
    );
  });

  test('on Forge, too: a plan, a change by hand, and a server that was not shown', async () => {
    await using shop = await openReviewedShop();
    const { forge } = shop;
    const existing = forge.addProcess(shop.server, { command: 'php a', processes: 1 });
    const declared = '{ command: php a, processes: 2 }';
    await shop.plan('', acme, onForge(declared));

    existing.processes = 3;
    const byHand = await shop.push('', acme, onForge(declared));
    expectRefused(
      shop,
      byHand,
      'web-1: planned now, but not shown in the pull request: replace',
      'web-1: shown in the pull request, but no longer planned: ',
    );
    existing.processes = 1;
    forge.addServer('acme', { name: 'web-2' });
    const another = await shop.push('', acme, onForge(declared, ', web-2: [{ command: php b }]'));
    expectRefused(shop, another, 'web-2: planned now, but not shown in the pull request: create');

    const pushed = await shop.push('', acme, onForge(declared));
    expect(pushed.errors).toEqual([]);
    expect(forge.listProcesses(shop.server)).toMatchObject([{ command: 'php a', processes: 2 }]);
  });

  test('on Forge, a replacement that was broken off can be ended, whichever of the two is there', async () => {
    await using shop = await openReviewedShop();
    const { forge } = shop;
    const processes = 'command: php a, processes: 2, startsecs: 3';
    // The manifest names neither the directory nor the second space.
    const existing = { command: 'php  a', directory: '/home/forge/shop.example' };
    forge.addProcess(shop.server, { ...existing, processes: 1 });
    await shop.plan('', acme, onForge(`{ ${processes} }`));

    const successor = forge.addProcess(shop.server, { ...existing, processes: 2 });
    const both = await shop.push('', acme, onForge(`{ ${processes} }`));
    expect(both.errors).toEqual([]);
    expect(forge.listProcesses(shop.server).map(({ id }) => id)).toEqual([successor.id]);
    const none = await shop.push('', { ...acme, prune: 'true' }, onForge(''));
    expect(none.errors[0]).toContain('not shown in the pull request: delete');

    forge.removeProcess(successor.id);
    const other = await shop.push('', acme, onForge(`{ ${processes.replace('3', '4')} }`));
    expect(other.errors[0]).toContain('not shown in the pull request: create');
    const neither = await shop.push('', acme, onForge(`{ ${processes} }`));
    expect(neither.errors).toEqual([]);
    expect(neither.outputs).toMatchObject({ created: '1' });
  });

  test('on Forge, what a new process gets belongs to the plan: its site, and the options of one that replaces', async () => {
    await using shop = await openReviewedShop();
    const { forge } = shop;
    forge.addProcess(shop.server, { command: 'php a', processes: 1 });
    const sites = ['a.example', 'b.example'].map((name) => forge.addSite(shop.server, { name }));
    const on = (site: string, seconds: number) =>
      onForge(
        `{ command: php a, processes: 2, stopwaitsecs: ${seconds} }, { command: php b, site: ${site} }`,
      );
    const planned = await shop.plan('', acme, on('a.example', 3600));
    expect(planned.log).toContain('! 1 → 2 proc. php a · stopwaitsecs 3600 · replaced');
    expect(planned.log).toContain(`php b · site ${sites[0]?.id}`);
    expectRefused(shop, await shop.push('', acme, on('b.example', 3600)), `site ${sites[1]?.id}`);
    expectRefused(shop, await shop.push('', acme, on('a.example', 1)), 'stopwaitsecs 1');
    expect((await shop.push('', acme, on('a.example', 3600))).errors).toEqual([]);
  });
});
