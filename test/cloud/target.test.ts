import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../src/cloud/environment.ts';
import { pickInstance, pickInstances } from '../../src/cloud/instances.ts';
import {
  type EnvironmentName,
  findApplication,
  findInEnvironment,
  listEnvironments,
} from '../../src/cloud/target.ts';
import { NotThere } from '../../src/names.ts';
import { failureOf, json } from '../support/test-client.ts';
import { type FakeEnvironment, type Organization, openOrganization } from './fake-organization.ts';

const application = (id: string, name: string, slug: string, repository: string) => ({
  id,
  attributes: { name, slug, repository: { full_name: repository } },
});
const shop = application('app-1', 'Shop', 'shop', 'acme/shop');
const blog = application('app-2', 'Blog', 'weblog', 'acme/blog');
const bare = { id: 'app-3', attributes: { name: 'Bare' } };

const production: FakeEnvironment = {
  ...{ id: 'env-1', name: 'production', slug: 'prod', branch: 'main' },
  instances: [
    ['inst-1', 'App', 'app'],
    ['inst-2', 'Workers', 'service'],
  ],
};
const staging: FakeEnvironment = {
  id: 'env-2',
  name: 'staging',
  slug: null,
  branch: 'develop',
  instances: [],
};
const nameless: FakeEnvironment = { id: 'env-3', name: 'main', branch: '' };
const acme: Organization = {
  applications: [shop, blog, bare],
  environments: { 'app-1': [production, staging], 'app-2': [nameless] },
};

const nothing: EnvironmentName = {
  ...{ application: undefined, repository: undefined, environment: '', headBranch: undefined },
  withProcesses: false,
};

async function find(given: Partial<EnvironmentName>, organization = acme, wait = 0) {
  const opened = openOrganization(organization, wait);
  const pick = (of: Parameters<typeof pickInstance>[0]) => pickInstance(of, undefined).id;
  const name = { ...nothing, repository: 'acme/shop', ...given };
  const task = findInEnvironment(opened.client, name, opened.waiting, pick, opened.onFound);
  const result = await opened.clock.run(task.catch((error: unknown) => error));
  return {
    ...opened,
    result,
    asked: opened.transport.asked.map((request) => request.replace('GET /api', '')),
  };
}

describe('an environment is found', () => {
  test.each<Partial<EnvironmentName>>([
    { environment: 'production' },
    { environment: 'prod' },
    { environment: 'main' },
    { environment: 'main', headBranch: 'main' },
    { environment: 'prod', repository: 'Acme/SHOP' },
    { environment: 'prod', application: 'app-1' },
    { environment: 'prod', application: 'acme/Shop' },
  ])('by its name, slug or branch in its application: %j', async (name) => {
    const { result, found, asked } = await find({ ...name, withProcesses: true });
    expect(result).toMatchObject({ found: { environment: { id: 'env-1' } }, picked: 'inst-1' });
    expect(found).toEqual(['env-1']);
    expect(asked).toEqual([
      '/applications',
      '/applications/app-1/environments?include=branch',
      '/environments/env-1/instances?include=backgroundProcesses',
    ]);
  });

  test('by its id, without a look at the application', async () => {
    const { result, found, asked } = await find({ environment: 'env-1', withProcesses: true });
    expect(result).toMatchObject({ found: { environment: { name: 'production' } }, picked: 'inst-1' });
    expect(found).toEqual(['env-1']);
    expect(asked).toEqual(['/environments/env-1/instances?include=environment%2CbackgroundProcesses']);
  });

  const branches = (...names: string[]): FakeEnvironment[] =>
    names.map((branch, index) => ({ ...production, id: `env-${index + 1}`, name: `name-${index}`, branch }));

  test('by a branch that looks like an id', async () => {
    const organization = { ...acme, environments: { 'app-1': branches('env-branch') } };
    const { result, asked } = await find({ environment: 'env-branch' }, organization);
    expect(result).toMatchObject({ found: { environment: { id: 'env-1' } } });
    expect(asked[0]).toBe('/environments/env-branch/instances?include=environment');
    const ofPull = await find({ environment: 'env-branch', headBranch: 'env-branch' }, organization);
    expect(ofPull.asked[0]).toBe('/applications');
  });

  test('by the branch of a pull request before anything else', async () => {
    const environments = { 'app-1': [{ ...staging, name: 'main' }, production] };
    const name = (headBranch: string | undefined) =>
      find({ environment: 'main', headBranch }, { ...acme, environments });
    expect((await name('main')).found).toEqual(['env-1']);
    expect((await name(undefined)).found).toEqual(['env-2']);
  });

  test('by the branch of a pull request, and never as the preview of another branch with this name', async () => {
    const other = { ...production, name: 'feature-a', branch: 'feature/a', isPreview: true };
    const own = { ...production, id: 'env-2', name: 'feature-a-2', branch: 'feature-a', isPreview: true };
    const ofPull = async (...environments: FakeEnvironment[]) =>
      await find(
        { environment: 'feature-a', headBranch: 'feature-a' },
        { ...acme, environments: { 'app-1': environments } },
        60_000,
      );
    expect((await ofPull(other, { ...own, from: 20_000 })).found).toEqual(['env-2']);
    expect((await ofPull({ ...other, isPreview: false })).found).toEqual(['env-1']);
    expect((await ofPull(other)).result).toMatchObject({
      message: expect.stringContaining('none appeared'),
    });
  });
});

test('resources of another type in their lists are no applications and no environments', async () => {
  const other = { type: 'organizations', id: 'env-1', attributes: { name: 'acme' } };
  const lists = [json(200, { data: [other, shop] }), json(200, { data: [other] })];
  const { client, clock } = openOrganization({ replies: lists });
  const found = findApplication(client, { application: 'acme', repository: undefined });
  expect(await clock.run(failureOf(found))).toMatchObject({
    why: 'there is Shop / shop / acme/shop (app-1)',
  });
  expect(await clock.run(listEnvironments(client, 'app-1'))).toEqual([]);
});

const twin = { ...blog, id: 'app-9' };
const only = (...applications: Organization['applications'] & object): Organization => ({
  ...acme,
  applications,
});
const twins: Organization = {
  ...acme,
  environments: { 'app-1': [production, staging].map((one) => ({ ...one, name: 'same' })) },
};

test.each<[string, Partial<EnvironmentName>, Organization?]>([
  [
    'The application: none was set, and the environment variable GITHUB_REPOSITORY, which is the default, is empty. Set application.',
    { repository: undefined, environment: 'prod' },
  ],
  [
    'No application in the token’s organization is named "Shap": there are Shop / shop / acme/shop (app-1), Blog / weblog / acme/blog (app-2), Bare (app-3). Did you mean "Shop" or "shop"? Correct the input application.',
    { application: 'Shap' },
  ],
  [
    'No application in Laravel Cloud deploys the repository "Shop": there are Shop (acme/shop), Bare (app-3). Set application to the one you mean.',
    { repository: 'Shop' },
    only(shop, bare),
  ],
  [
    'No application in Laravel Cloud deploys the repository "acme/x": there is Shop (acme/shop). Set application to the one you mean.',
    { repository: 'acme/x' },
    only(shop),
  ],
  [
    'No application in Laravel Cloud deploys the repository "acme/shop": the token’s organization has none. Check the token.',
    {},
    only(),
  ],
  [
    '2 applications in the token’s organization have the repository "acme/blog": they are Blog (app-2), Blog (app-9). Set application to the id of the one you mean.',
    { repository: 'acme/blog' },
    only(blog, twin),
  ],
  [
    'No environment in the application is named "produktion": there are production / prod / main (env-1), staging / develop (env-2). Did you mean "production"? Set environment: production. If it is still being created, set wait-for-environment.',
    { environment: 'produktion' },
  ],
  [
    '2 environments in the application are named "same": they are prod (env-1), develop (env-2). Set environment to the id of the one you mean.',
    { environment: 'same' },
    twins,
  ],
  [
    'The environment "env-9": no environment has this id, or the token cannot see it. Correct environment. If it is still being created, set wait-for-environment.',
    { environment: 'env-9', repository: undefined },
  ],
  [
    'No environment in the application has the id or name "env-9": there are production / prod / main (env-1), staging / develop (env-2). Correct the input environment. If it is still being created, set wait-for-environment.',
    { environment: 'env-9' },
  ],
])('a name that means nothing is an error: %s', async (message, name, organization = acme) => {
  const { result, lines } = await find(name, organization);
  expect(result).toMatchObject({ message, annotations: [{ message }] });
  expect(lines).toEqual([]);
});

describe('what is not there yet', () => {
  test('is waited for, and looked for only as far as it is missing', async () => {
    const later = { ...production, from: 40_000, instancesFrom: 50_000 };
    const organization = { ...acme, environments: { 'app-1': [later] } };
    const { result, lines, asked } = await find({ environment: 'production' }, organization, 120_000);
    expect(result).toMatchObject({ picked: 'inst-1' });
    expect(lines).toEqual([
      'No environment in the application is named "production": not there yet; waiting up to 120 s for it',
      expect.stringMatching(
        /^No environment in the application is named "production": still not there after 3\d s$/,
      ),
    ]);
    expect([...new Set(asked)]).toEqual([
      '/applications',
      '/applications/app-1/environments?include=branch',
      '/environments/env-1/instances',
    ]);
    expect(asked.filter((request) => request === '/applications')).toHaveLength(1);
    expect(asked.length).toBeLessThan(12);
  });

  test('is not waited for where it is the application', async () => {
    const { result, clock, lines } = await find({ application: 'nope' }, acme, 60_000);
    expect(result).not.toBeInstanceOf(NotThere);
    expect([clock.now(), lines]).toEqual([100, []]);
  });
});

const environment = { ...environmentOf('env-1'), name: 'production' };
type Row = readonly [id: string, name: string, type?: string];

const instancesOf = (...rows: readonly Row[]) => ({
  environment,
  listings: new Map<never, never>(),
  instances: rows.map(([id, name, type]) => ({
    ...{ id, name, type, minReplicas: 1, maxReplicas: 1, sleeps: false, environmentId: 'env-1' },
  })),
});
const app = ['inst-1', 'App', 'app'] as const;
const workers = ['inst-2', 'Workers', 'service'] as const;

describe('an instance', () => {
  test.each([
    ['the only App cluster', undefined, 'inst-1'],
    ['the one of a name', 'Workers', 'inst-2'],
    ['the one of an id', 'inst-2', 'inst-2'],
  ])('is %s', (_, wanted, id) => {
    expect(pickInstance(instancesOf(workers, app), wanted).id).toBe(id);
  });

  test.each<[string, { there: Row[]; wanted?: string; mayAppear?: boolean }]>([
    [
      'The environment "production" has no App cluster: there is no cluster yet. Deploy the environment once.',
      { there: [], mayAppear: true },
    ],
    [
      'The environment "production" has no App cluster: there is only Workers (inst-2, service). Set instance to the name of the one you mean.',
      { there: [workers], mayAppear: true },
    ],
    [
      'The environment "production" has no App cluster: there are only Workers (inst-2, service), Mails (inst-3, queue). Set instance to the name of the one you mean.',
      { there: [workers, ['inst-3', 'Mails', 'queue']], mayAppear: true },
    ],
    [
      'The App cluster of the environment production: Laravel Cloud does not report the type of Mails (inst-3), Web (inst-4), which may be it. Set instance to the one you mean.',
      { there: [workers, ['inst-3', 'Mails'], ['inst-4', 'Web']] },
    ],
    [
      'The environment "production" has 2 App clusters: they are App (inst-1), App 2 (inst-3). Set instance to the one you mean.',
      { there: [app, ['inst-3', 'App 2', 'app'], workers] },
    ],
    [
      'No cluster in the environment production is named "Mails": there are App (inst-1), inst-3 (inst-3), inst-4 (inst-4). Laravel Cloud does not report the name of inst-3, inst-4, which may be meant. Set the id of the cluster in place of its name.',
      { there: [app, ['inst-3', 'inst-3'], ['inst-4', 'inst-4']], wanted: 'Mails' },
    ],
    [
      '2 clusters in the environment production are named "App": they are App (inst-1), App (inst-3). Set instance to the id of the one you mean.',
      { there: [app, ['inst-3', 'App'], ['inst-4', 'inst-4']], wanted: 'App' },
    ],
  ])('is an error: %s', async (message, { there, wanted, mayAppear = false }) => {
    const failure = await failureOf(
      Promise.resolve().then(() => pickInstance(instancesOf(...there), wanted)),
    );
    expect(failure).toMatchObject({ message });
    expect(failure instanceof NotThere).toBe(mayAppear);
  });
});

describe('the clusters that a manifest names', () => {
  const named = (...names: string[]) =>
    names.map((name, index) => ({ name, place: { file: 'm.yml', line: index + 1, column: 3 } }));
  const queue = ['inst-3', 'mails', 'managed_queue'] as const;

  test('may not be managed queues', () => {
    expect(() => pickInstances(instancesOf(app, queue), named('App', 'mails'))).toThrow(
      'The cluster "mails" is a managed queue (m.yml:2:3): Laravel Cloud runs its workers itself. Leave it out of the manifest.',
    );
  });

  test.each([0, 60_000])(
    'are missing on their lines, where they are waited for up to %d ms',
    async (wait) => {
      const { client, clock, waiting } = openOrganization(acme, wait);
      const name = { ...nothing, environment: 'env-1' };
      const search = findInEnvironment(client, name, waiting, (found) =>
        pickInstances(found, named('App', 'Mails')),
      );
      const failure = await clock.run(failureOf(search));
      const message =
        'No cluster in the environment production is named "Mails": there are App (inst-1), Workers (inst-2). Correct its name in the manifest.';
      expect(failure).toMatchObject({
        annotations: [
          {
            message: `${message} ${wait === 0 ? 'If it is still being created, set wait-for-environment' : 'None appeared within 60 s'}.`,
            place: { line: 2 },
          },
        ],
      });
    },
  );
});
