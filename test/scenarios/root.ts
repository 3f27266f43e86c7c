import { fork } from '../e2e/harness/pull-request.ts';
import { fails } from '../emulator/progress.ts';
import { cloud as request } from './requests.ts';
import {
  costing,
  nothing,
  type Own,
  type Prepare,
  type Scenario,
  scenariosOf,
  type World,
} from './scenario.ts';

const action = '.';
const { list, read, create, update, instances, lookUp } = request;
const reverb = 'php artisan reverb:start';
const canary = 'php artisan queue:canary';
const lastYear = '2025-04-04T11:24:42.000000Z';

type Inputs = Record<string, string>;
type Config = Record<string, unknown>;

const onInstance: Prepare = ({ instance }) => ({ inputs: { instance: instance.id } });
const inMain: Prepare = () => ({ inputs: { environment: 'main' } });

const given =
  (inputs: Inputs = {}): Own =>
  () => ({ inputs });

/** A worker on the queue `default`, unless told otherwise. */
const addWorker = ({ cloud, instance }: World, config: Config = {}, more: object = {}) =>
  cloud.addProcess(instance, { type: 'worker', config, ...more });

/** Where there is a worker. */
const beside =
  (config: Config, inputs?: Inputs, more?: object): Own =>
  (world) => {
    addWorker(world, config, more);
    return given(inputs)(world);
  };

/** Where a deployment goes on like this. */
const deploying =
  (script: readonly string[], inputs: Inputs): Own =>
  (world) => {
    world.cloud.options.deploymentScript = [...script];
    return given({ redeploy: 'true', ...inputs })(world);
  };

const succeeding = ['pending', 'deployment.succeeded'];

const counted = [
  ...scenariosOf(action, onInstance, {
    '`if-exists: create`, `instance` by id': costing(1, [create], given({ 'if-exists': 'create' })),
    'the process is missing, `instance` by id': costing(3, [list, list, create], given()),
    'the process is as declared, `instance` by id': costing(1, [list], beside({})),
    'the process has drifted, `instance` by id': costing(2, [list, update], beside({}, { processes: '2' })),
  }),
  ...scenariosOf(action, nothing, {
    'the process is as declared, `process-id`': costing(1, [read], (world) => ({
      inputs: { 'process-id': addWorker(world).id },
    })),
    'the process is as declared, `environment` by id': costing(1, [instances], (world) =>
      beside({}, { environment: world.environment.id })(world),
    ),
  }),
  ...scenariosOf(action, inMain, {
    'the process is as declared, `environment` by name or branch': costing(3, lookUp, beside({})),
  }),
  ...scenariosOf(action, nothing, {
    'the process is missing, `environment` by id': costing(
      3,
      [instances, create, list],
      ({ environment }) => ({ inputs: { environment: environment.id } }),
    ),
  }),
  ...scenariosOf(action, inMain, {
    'the process is missing, `environment` by name or branch': costing(5, [...lookUp, create, list], given()),
    '`dry-run`, `environment` by name or branch': costing(3, lookUp, given({ 'dry-run': 'true' })),
    'the process is missing, `redeploy`, a deployment that is over when first looked at': costing(
      8,
      [
        ...[...lookUp, 'GET /deployments/{id}'],
        ...Array(2).fill('GET /environments/{id}/deployments'),
        ...[list, 'POST /environments/{id}/deployments', create],
      ],
      deploying(succeeding, {}),
    ),
  }),
];

const everyOption = {
  ...{ connection: 'redis', queue: 'high,default', tries: 3, backoff: 5, sleep: 2, rest: 1, timeout: 90 },
  force: true,
};
const threeTries = { 'config-json': '{"queue": "mail", "tries": 3}' };

const namedInstances = scenariosOf(action, onInstance, {
  'creates a worker with every option': given({ processes: '4', 'config-json': JSON.stringify(everyOption) }),
  'creates a custom process': given({ type: 'custom', processes: '10', command: `${reverb} --port="8080"` }),
  'creates another beside one that is the same, `if-exists: create`': beside({}, { 'if-exists': 'create' }),
  'creates a custom process beside a worker with the same command': beside(
    {},
    { type: 'custom', command: 'php artisan queue:work --quiet' },
  ),
  'creates a command that ends at once, with a warning': given({
    type: 'custom',
    command: 'php artisan schedule:run',
  }),
  'creates a worker, and points out one that a changed queue list may have left behind': beside(
    { queue: 'high' },
    { 'config-json': '{"queue": "high,default"}' },
  ),
  'creates without a summary, `summary: false`': given({ summary: 'false' }),
  'updates a worker, and keeps the options that are not declared': beside(
    { queue: 'mail', tries: 1, sleep: 5, force: true },
    { processes: '2', ...threeTries },
  ),
  'updates a worker, and keeps its number where `processes` is left out': beside(
    { queue: 'mail' },
    threeTries,
    { processes: 5 },
  ),
  'updates a worker, and does not send back what a request may not set': beside(
    { name: 'w', 'max-jobs': 5, 'stop-when-empty': true, tries: 2 },
    { processes: '2' },
  ),
  'updates a custom process, and sends only what changes': ({ cloud, instance }) => {
    cloud.addProcess(instance, { type: 'custom', command: reverb });
    return { inputs: { type: 'custom', processes: '2', command: ' php  artisan reverb:start ' } };
  },
  'leaves a worker whose options mean the same': beside(
    { queue: 'high, default', connection: 'redis', tries: '3', force: 1 },
    { 'config-json': '{"queue": "high,default", "tries": 3, "force": true}' },
  ),
  'leaves the worker without a connection where none is declared': (world) => {
    addWorker(world, { connection: 'redis' });
    return beside({})(world);
  },
  'leaves what has drifted, `if-exists: reuse`, with a warning': beside(
    {},
    { processes: '5', 'if-exists': 'reuse' },
  ),
  'fails where it exists, `if-exists: fail`': beside({}, { 'if-exists': 'fail' }),
  'fails where two match': (world) => {
    addWorker(world);
    return beside({ queue: 'default' }, { processes: '2' })(world);
  },
  '`dry-run`: would create': given({ processes: '2', 'config-json': '{"tries": 3}', 'dry-run': 'true' }),
  '`dry-run`, `if-exists: create`: would create, and asks nothing': given({
    'if-exists': 'create',
    'dry-run': 'true',
  }),
  '`dry-run`: would update': beside({}, { processes: '2', redeploy: 'true', 'dry-run': 'true' }),
  '`dry-run`: nothing to do': beside({}, { 'dry-run': 'true' }),
});

const pins = scenariosOf(action, nothing, {
  '`process-id`: changes the command': ({ cloud, instance }) => {
    const { id } = cloud.addProcess(instance, { type: 'custom', command: 'php artisan old' });
    return { inputs: { 'process-id': id, type: 'custom', command: 'php artisan new' } };
  },
  '`process-id`: moves a worker to another queue': (world) => ({
    inputs: { 'process-id': addWorker(world, { queue: 'a' }).id, 'config-json': '{"queue": "b"}' },
  }),
  '`process-id`: fails on another instance than the one that is named': (world) => {
    const other = world.cloud.addInstance(world.environment, { name: 'Workers', type: 'service' });
    const { id } = world.cloud.addProcess(other, { type: 'worker' });
    return { inputs: { 'process-id': id, instance: world.instance.id, processes: '2' } };
  },
  '`process-id`: finds it on a worker cluster of the environment': (world) => {
    const other = world.cloud.addInstance(world.environment, { name: 'Workers', type: 'service' });
    const { id } = world.cloud.addProcess(other, { type: 'worker' });
    return { inputs: { 'process-id': id, environment: 'main', processes: '2' } };
  },
  '`process-id`: fails on another type': ({ cloud, instance }) => ({
    inputs: { 'process-id': cloud.addProcess(instance, { type: 'custom', command: reverb }).id },
  }),
  '`process-id`: fails where there is none': given({
    'process-id': 'process-00000000-0000-4000-8000-000000000000',
  }),
});

const namedEnvironments = scenariosOf(action, inMain, {
  'creates a worker on an instance that sleeps with the app': ({ cloud, environment }) => {
    const sleeps = { minReplicas: 1, maxReplicas: 3, sleepWithApp: true };
    cloud.addInstance(environment, { name: 'workers', type: 'service', ...sleeps });
    return { inputs: { instance: 'workers', processes: '2' } };
  },
  '`redeploy`: the deployment fails': (world) => {
    world.environment.failureReason = 'npm run build exited with 1';
    return deploying(['pending', 'build.running', 'build.failed'], {})(world);
  },
  '`verify-command`: succeeds after the deployment': deploying(succeeding, { 'verify-command': canary }),
  '`verify-command`: is skipped where a change waits for a deployment': given({ 'verify-command': canary }),
  '`verify-command`: fails': (world) => {
    world.cloud.options.commandOutcome = fails('No worker has done the job.', 'exit');
    return beside({}, { 'verify-command': canary })(world);
  },
  '`redeploy`, nothing to change: deploys where the newest deployment failed': (world) => {
    addWorker(world, {}, { createdAt: lastYear });
    world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
    return deploying(succeeding, {})(world);
  },
  '`redeploy`, `if-exists: reuse`: deploys what has drifted, and says so': (world) => {
    addWorker(world, {}, { createdAt: lastYear });
    world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
    return deploying(succeeding, { processes: '5', 'if-exists': 'reuse' })(world);
  },
  '`verify-command`: unchanged, and younger than the newest deployment': (world) => {
    world.cloud.deployed(world.environment);
    return beside({}, { 'verify-command': canary })(world);
  },
  '`stable-for`, `verify-command`: created in an environment that is hibernating': ({ environment }) => {
    Object.assign(environment, { status: 'hibernating', usesHibernation: true });
    return { inputs: { 'stable-for': '60', 'verify-command': canary } };
  },
  '`redeploy`: created in an environment that hibernates without requests': (world) => {
    Object.assign(world.environment, { usesHibernation: true });
    world.cloud.options.deploymentScript = succeeding;
    return { inputs: { processes: '2', redeploy: 'true' } };
  },
  '`redeploy`: the deployment takes longer than `wait-timeout`': deploying(
    ['pending', ...Array<string>(99).fill('build.running')],
    { 'wait-timeout': '20' },
  ),
  '`redeploy`: an earlier deployment takes longer than `wait-timeout`': ({ cloud, environment }) => {
    cloud.addDeployment(environment, { script: Array<string>(99).fill('build.running') });
    return { inputs: { redeploy: 'true', 'wait-timeout': '20' } };
  },
  'the create request is answered with 500 each time': ({ faults }) => {
    faults.add({ kind: 'status', status: 500, on: 'POST .*/background-processes$', times: 9 });
    return { inputs: { queue: 'high,default' } };
  },
  'the update is refused for a field': (world) => {
    const text = 'The processes field must not be greater than 2.';
    const body = { message: text, errors: { processes: [text] } };
    world.faults.add({ kind: 'status', status: 422, body, on: 'PATCH' });
    const queue = 'high,default';
    return beside({ queue }, { queue, processes: '3' }, { processes: 2 })(world);
  },
  'a managed queue whose worker is as declared, refused': ({ cloud, environment }) => {
    cloud.addManagedQueue(environment, { name: 'queue' });
    return { inputs: { instance: 'queue', queue: 'default' } };
  },
  'two workers that match, with different connections': (world) => {
    const queue = 'high,default';
    addWorker(world, { queue, connection: 'redis' }, { createdAt: lastYear });
    const more = { createdAt: lastYear, processes: 4 };
    return beside({ queue, connection: 'database' }, { queue }, more)(world);
  },
  '`dry-run`, `redeploy`: would create more than the memory holds': ({ instance }) => {
    Object.assign(instance, { size: 'flex.m-1vcpu-1gb' });
    return { inputs: { processes: '10', redeploy: 'true', 'dry-run': 'true' } };
  },
});

const wrongInputs = scenariosOf(action, nothing, {
  'wrong inputs: all problems at once': given({
    ...{ processes: 'many', 'config-json': '{"memory": 1, "tries": []}', 'request-timeout': 'never' },
    ...{ 'if-exists': 'maybe', redeploy: 'perhaps', 'dry-run': 'no' },
  }),
  'wrong inputs: no token': ({ instance }) => ({ inputs: { token: '', instance: instance.id } }),
  'wrong inputs: no token, on a pull request from a fork': ({ instance }) => ({
    inputs: { token: '', instance: instance.id },
    event: fork,
  }),
});

export const rootScenarios: readonly Scenario[] = [
  ...counted,
  ...namedInstances,
  ...pins,
  ...namedEnvironments,
  ...wrongInputs,
];
