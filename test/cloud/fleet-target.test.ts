import { describe, expect, test } from 'vitest';
import { parseCloudFile } from '../../src/cloud/fleet.ts';
import { type FleetName, findFleet } from '../../src/cloud/fleet-target.ts';
import { Cancelled } from '../../src/failure.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { endOf, json } from '../support/test-client.ts';
import { type FakeEnvironment, type Organization, openOrganization } from './fake-organization.ts';

const shop = { id: 'app-1', attributes: { name: 'Shop', repository: { full_name: 'acme/shop' } } };
const other = { id: 'app-2', attributes: { name: 'Blog', repository: { full_name: 'acme/blog' } } };
const withApp = [['inst-1', 'App', 'app']] as const;
const production: FakeEnvironment = { id: 'env-1', name: 'production', branch: 'main', instances: withApp };
const staging: FakeEnvironment = { id: 'env-2', name: 'staging', branch: 'develop', instances: withApp };
const preview = (number: number, given: Partial<FakeEnvironment> = {}): FakeEnvironment => ({
  ...{ id: `env-1${number}`, name: `preview/${number}`, instances: withApp },
  ...given,
});

const on = '{ instances: { App: [{ type: worker }] } }';
const manifest = (...lines: string[]): string =>
  `environments:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const both = manifest(`production: ${on}`, `staging: ${on}`);
const patterns = manifest(`production: ${on}`, `"preview/*": ${on}`, `"review/*": ${on}`);

interface Look {
  readonly text?: string;
  readonly environments?: readonly FakeEnvironment[];
  readonly name?: Partial<FleetName>;
  readonly replies?: Organization['replies'] & object;
  readonly wait?: number;
  /** Is the step told to stop as soon as it has found an environment? */
  readonly isCancelled?: boolean;
}

async function find({
  text = both,
  environments = [production, staging],
  name,
  replies = [],
  wait,
  isCancelled = false,
}: Look) {
  const { content } = parseCloudFile(text, 'm.yml');
  if (content.kind === 'one') throw new Error('a file of many environments was expected');
  const organization = { applications: [shop, other], environments: { 'app-1': environments }, replies };
  const opened = openOrganization(organization, wait);
  const wanted = {
    ...{ application: undefined, repository: 'acme/shop', headBranch: undefined, environment: undefined },
    ...name,
  };
  const onFound = (id: string): void => {
    opened.onFound(id);
    if (isCancelled) opened.cancel();
  };
  const task = findFleet(opened.client, content.fleet, wanted, opened.waiting, onFound);
  const { value: fleet, error } = await opened.clock.run(endOf(task));
  const asked = opened.transport.asked.map((request) => request.replace('GET /api', ''));
  const ids = fleet?.found.map(({ environment, declared }) => `${environment.id} ${declared.name}`);
  return { ...opened, fleet, error, asked, ids };
}

describe('the environments of a file', () => {
  test('are found with their clusters, side by side', async () => {
    const { fleet, ids, found, asked, clock } = await find({});
    expect(fleet?.application).toEqual({ id: 'app-1', name: 'Shop' });
    expect(ids).toEqual(['env-1 production', 'env-2 staging']);
    expect(fleet?.found[0]).toMatchObject({ instances: [{ id: 'inst-1' }], listings: new Map() });
    expect(fleet?.leftOut).toEqual([]);
    expect(found).toEqual(['env-1', 'env-2']);
    expect(asked).toEqual([
      '/applications',
      '/applications/app-1/environments?include=branch',
      '/environments/env-1/instances?include=backgroundProcesses',
      '/environments/env-2/instances?include=backgroundProcesses',
    ]);
    expect(clock.now()).toBe(300);
  });

  const idle = 'The pattern "review/*" (m.yml:4:3) matches no environment.';

  test.each<[string, string, Partial<FleetName>, readonly string[], readonly string[]]>([
    ['one of a branch', both, { environment: 'develop' }, ['env-2 staging'], []],
    ['one that a pattern means', patterns, { environment: 'preview/1' }, ['env-11 preview/*'], []],
    ['none of a pattern that matches none', patterns, { environment: 'review/*' }, [], [idle]],
    ['all of them', patterns, {}, ['env-1 production', 'env-11 preview/*', 'env-12 preview/*'], [idle]],
    [
      'those of a pattern that no name means',
      manifest(`preview/1: ${on}`, `"preview/*": ${on}`),
      { environment: 'preview/*' },
      ['env-12 preview/*'],
      [],
    ],
  ])('that are served are %s', async (_, text, name, ids, leftOut) => {
    const environments = [production, staging, preview(1), preview(2)];
    const result = await find({ text, name, environments });
    expect(result.ids).toEqual(ids);
    expect(result.fleet?.leftOut).toEqual(leftOut);
  });

  test('are those of the branch of a pull request before those of a name', async () => {
    const environments = [{ ...staging, name: 'main' }, production];
    const text = manifest(`env-1: ${on}`, `env-2: ${on}`);
    const of = (headBranch: string | undefined) =>
      find({ text, environments, name: { environment: 'main', headBranch } });
    expect((await of('main')).ids).toEqual(['env-1 env-1']);
    expect((await of(undefined)).ids).toEqual(['env-2 env-2']);
  });

  test.each<[string, Look, string]>([
    [
      'of which none is meant',
      { name: { environment: 'production' }, text: manifest(`staging: ${on}`, `"preview/*": ${on}`) },
      'The environment "production": the manifest has no key and no pattern for it. It has staging, preview/*. Correct environment, or declare it in the manifest.',
    ],
    [
      'whose key means another, too',
      {
        name: { environment: 'env-1' },
        text: manifest(`same: ${on}`),
        environments: [
          { ...production, name: 'same' },
          { ...staging, name: 'same' },
        ],
      },
      'The environment "env-1": the manifest has no key and no pattern for it. It has same. Correct environment, or declare it in the manifest.',
    ],
    [
      'in another application than the one in the manifest',
      { text: `application: Shap\n${both}`, name: { application: 'Shap' } },
      'No application in the token’s organization is named "Shap" (m.yml:1:1): there are Shop / acme/shop (app-1), Blog / acme/blog (app-2). Did you mean "Shop"? Correct the application in the manifest.',
    ],
    [
      'in another application than the input names',
      { text: `application: shop\n${both}`, name: { application: 'Shap' } },
      'No application in the token’s organization is named "Shap": there are Shop / acme/shop (app-1), Blog / acme/blog (app-2). Did you mean "Shop"? Set application: Shop.',
    ],
  ])('%s are an error', async (_, look, message) => {
    expect((await find(look)).error).toMatchObject({ message });
  });

  test('that are all wrong are one error', async () => {
    const environments = [
      { ...production, instances: [] },
      { ...staging, instances: [] },
    ];
    expect((await find({ environments })).error).toMatchObject({
      what: '2 problems with the environments of the manifest',
      annotations: [{ place: { line: 2 } }, { place: { line: 3 } }],
    });
  });

  test('are waited for, each until it is there', async () => {
    const late = { ...staging, instancesFrom: 30_000 };
    const { ids, asked, lines, found } = await find({ environments: [production, late], wait: 60_000 });
    expect(ids).toEqual(['env-1 production', 'env-2 staging']);
    expect(lines[0]).toBe(
      'No cluster in the environment staging is named "App" (m.yml:3:27): not there yet; waiting up to 60 s for it',
    );
    expect(asked.filter((request) => request.includes('env-1'))).toHaveLength(1);
    expect(asked.filter((request) => request.includes('app'))).toHaveLength(2);
    expect(found.filter((id) => id === 'env-1')).toHaveLength(1);
  });

  test('of a pattern are waited for where the input names one, and never left out', async () => {
    const text = manifest(`"preview/*": ${on}`);
    const look = { text, name: { environment: 'preview/1' } };
    const late = await find({ ...look, environments: [preview(1, { instancesFrom: 30_000 })], wait: 60_000 });
    expect(late.ids).toEqual(['env-11 preview/*']);
    const none = await find({ ...look, environments: [preview(1, { instances: [] })] });
    const advice = expect.stringMatching(/If it is still being created, set wait-for-environment\.$/);
    expect(none.error).toMatchObject({
      what: expect.stringContaining('is named "App" (m.yml:2:31)'),
      annotations: [{ message: advice }],
    });
    const gone = await find({ ...look, environments: [preview(1, { instances: undefined })] });
    expect(gone.error).toMatchObject({ status: 404 });
  });

  test.each<[string, FakeEnvironment, string]>([
    [
      'has no cluster yet',
      preview(1, { instances: [] }),
      'preview/1 is left out: No cluster in the environment preview/1 is named "App" (m.yml:3:31): there is none at all.',
    ],
    [
      'has a cluster without a name',
      preview(1, { instances: [['i']] }),
      'preview/1 is left out: No cluster in the environment preview/1 is named "App" (m.yml:3:31): there is i (i). Laravel Cloud does not report the name of i, which may be meant.',
    ],
    [
      'has been deleted meanwhile',
      preview(1, { instances: undefined }),
      'preview/1 is left out: it has been deleted meanwhile.',
    ],
  ])('of a pattern leave one out that %s, and wait for nothing', async (_, odd, sentence) => {
    const text = manifest(`production: ${on}`, `"preview/*": ${on}`);
    const { ids, fleet, clock } = await find({
      text,
      environments: [production, odd, preview(2)],
      wait: 60_000,
    });
    expect(ids).toEqual(['env-1 production', 'env-12 preview/*']);
    expect(fleet?.leftOut).toEqual([sentence]);
    expect(clock.now()).toBe(300);
  });

  const listed = (...ids: string[]) =>
    json(200, { data: ids.map((id) => ({ id, attributes: { name: id } })) });
  const found = [json(200, { data: [shop] }), listed('env-1')];

  test.each<[string, string, Look]>([
    ['a name that is gone', 'env-1', { replies: [...found, json(404, {})] }],
    ['a pattern that may not be read', '"env-*"', { replies: [...found, json(403, {})] }],
    ['an application that may not be read', 'env-1', { replies: [json(403, {})] }],
  ])('fail at once for %s', async (_, key, { replies = [] }) => {
    const text = `application: Shop\n${manifest(`${key}: ${on}`)}`;
    const { error, clock } = await find({ text, replies, wait: 60_000, name: { application: 'Shop' } });
    expect(error).toBeInstanceOf(HttpFailure);
    expect(clock.now()).toBe(replies.length * 100);
  });

  test('are no longer looked for when the step is cancelled', async () => {
    expect((await find({ isCancelled: true })).error).toBeInstanceOf(Cancelled);
  });
});
