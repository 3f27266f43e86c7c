import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readActionMetadata } from './harness/action-metadata.ts';
import { REPOSITORY_ROOT, startAction } from './harness/run-action.ts';

interface Promised {
  readonly inputs: readonly string[];
  readonly defaults: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
}

const onCloud = { 'request-timeout': '30', summary: 'true', 'api-url': 'https://cloud.laravel.com/api' };
const onForge = { ...onCloud, 'api-url': 'https://forge.laravel.com/api' };
const options = ['queue', 'connection', 'tries', 'backoff', 'sleep', 'rest', 'timeout', 'force'];
const target = ['token', 'instance', 'application', 'environment'];
const onServer = ['token', 'organization', 'server', 'site', 'user', 'directory', 'command'];

/** The public interface: a workflow out there breaks when anything of it goes away or means something else. */
const promised: Readonly<Record<string, Promised>> = {
  '.': {
    inputs: [...target, 'processes', 'command', 'config-json', ...options, 'process-id', 'verify-command'],
    defaults: {
      ...onCloud,
      type: 'worker',
      'if-exists': 'update',
      redeploy: 'false',
      'dry-run': 'false',
      'wait-for-environment': '0',
      'wait-timeout': '900',
      'verify-timeout': '300',
      'show-logs': 'false',
    },
    outputs: [
      'process-id',
      'strategy',
      'strategy-threshold',
      'outcome',
      'type',
      'processes',
      'command',
      'config-json',
      'created-at',
      'instance-id',
      'environment-id',
      'deployment-id',
      'verified',
      'changes-json',
      'resource-json',
    ],
  },
  list: {
    inputs: [...target, 'type'],
    defaults: { ...onCloud, 'wait-for-environment': '0' },
    outputs: ['processes-json', 'ids-json', 'count', 'instance-id', 'environment-id', 'manifest-yaml'],
  },
  delete: {
    inputs: [...target, 'process-id', 'type', 'command', 'config-json', 'queue', 'connection'],
    defaults: {
      ...onCloud,
      'if-missing': 'ignore',
      all: 'false',
      'dry-run': 'false',
      redeploy: 'false',
      'wait-timeout': '900',
      'wait-for-environment': '0',
    },
    outputs: ['outcome', 'ids-json', 'count'],
  },
  apply: {
    inputs: ['token', 'application', 'environment', 'verify-command'],
    defaults: {
      ...onCloud,
      manifest: '.github/background-processes.yml',
      'wait-for-environment': '0',
      prune: 'false',
      'dry-run': 'false',
      'fail-on-change': 'false',
      redeploy: 'false',
      'wait-timeout': '900',
      'verify-timeout': '300',
      'show-logs': 'false',
      comment: 'false',
      'github-token': ['$', '{{ github.token }}'].join(''),
    },
    outputs: [
      'outcome',
      'created',
      'updated',
      'deleted',
      'unchanged',
      'undeclared',
      'environment-id',
      'deployment-id',
      'verified',
      'plan-json',
      'ids-json',
    ],
  },
  forge: {
    inputs: [
      'token',
      'organization',
      'server',
      'site',
      'name',
      'command',
      'directory',
      'processes',
      'startsecs',
      'stopwaitsecs',
      'stopsignal',
    ],
    defaults: { ...onForge, user: 'forge', 'if-exists': 'reuse', 'dry-run': 'false' },
    outputs: ['process-id', 'status', 'outcome'],
  },
  'forge/list': {
    inputs: [...onServer, 'sort', 'require-status'],
    defaults: { ...onForge, 'min-count': '0', 'wait-timeout': '0' },
    outputs: ['processes-json', 'ids-json', 'count', 'manifest-yaml'],
  },
  'forge/delete': {
    inputs: [...onServer, 'process-id'],
    defaults: { ...onForge, 'if-missing': 'ignore', all: 'false', 'dry-run': 'false' },
    outputs: ['outcome', 'ids-json', 'count'],
  },
  'forge/apply': {
    inputs: ['token', 'organization'],
    defaults: {
      ...onForge,
      manifest: '.github/forge-processes.yml',
      prune: 'false',
      'dry-run': 'false',
      'fail-on-change': 'false',
      'wait-timeout': '300',
      comment: 'false',
      'github-token': ['$', '{{ github.token }}'].join(''),
    },
    outputs: ['outcome', 'created', 'updated', 'deleted', 'unchanged', 'undeclared', 'plan-json', 'ids-json'],
  },
  'forge/restart': {
    inputs: [...onServer, 'process-id'],
    defaults: { ...onForge, 'wait-timeout': '300' },
    outputs: ['ids-json', 'count'],
  },
};

const found = globSync('{,*/,*/*/}action.yml', {
  cwd: REPOSITORY_ROOT,
  exclude: ['node_modules/**', '.git/**', '.github/**'],
}).map((file) => dirname(file).replaceAll('\\', '/'));

test('every action of the repository is held to account here', () => {
  expect(found.sort()).toEqual(Object.keys(promised).sort());
});

interface Described {
  readonly description?: unknown;
  readonly required?: unknown;
  readonly default?: unknown;
}

interface Metadata {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
  readonly runs: object;
}

function read(action: string): Metadata {
  return parse(readFileSync(join(REPOSITORY_ROOT, action, 'action.yml'), 'utf8'));
}

/** Tells on stderr which inputs a step reads. */
const spy = `data:text/javascript,${encodeURIComponent(`
  const seen = new Set();
  process.env = new Proxy(process.env, {
    get(env, name) {
      if (typeof name === 'string' && name.startsWith('INPUT_')) seen.add(name);
      return env[name];
    },
  });
  process.on('exit', () => console.error(JSON.stringify([...seen])));
`)}`;

async function inputsRead(action: string): Promise<string[]> {
  // Without a token every input is read, since all problems are told at once, and nothing is sent.
  const env = { NODE_OPTIONS: `--import="${spy}"` };
  const { stderr, exitCode } = await startAction({ action, inputs: {}, env }).done;
  expect(exitCode).toBe(1);
  const names: string[] = JSON.parse(stderr);
  return names.map((name) => name.slice('INPUT_'.length).toLowerCase());
}

describe.each(Object.entries(promised))('the action in %s', (action, { inputs, defaults, outputs }) => {
  const metadata = read(action);
  const names = Object.keys(metadata.inputs);

  test('runs on Node.js 24, from a bundle that is there', () => {
    const { main } = readActionMetadata(REPOSITORY_ROOT, action);
    expect(existsSync(main)).toBe(true);
    expect(main.startsWith(join(REPOSITORY_ROOT, 'dist/'))).toBe(true);
    expect(Object.keys(metadata.runs)).toEqual(['using', 'main']);
  });

  test('has the inputs, defaults and outputs that are promised', () => {
    const given = Object.entries(metadata.inputs).filter(([, input]) => input.default !== undefined);
    expect(names.sort()).toEqual([...inputs, ...Object.keys(defaults)].sort());
    expect(Object.fromEntries(given.map(([name, input]) => [name, input.default]))).toEqual(defaults);
    expect(Object.keys(metadata.outputs)).toEqual(outputs);
  });

  test('says in a sentence what it, each input and each output is', () => {
    expect(metadata.name).toMatch(/^\S.{5,}/);
    const described = [metadata, ...Object.values(metadata.inputs), ...Object.values(metadata.outputs)];
    for (const { description } of described) expect(description).toMatch(/^[^\s].{15,}\.$/s);
  });

  test('requires no input that has a default', () => {
    for (const input of Object.values(metadata.inputs)) {
      if (input.required === true) expect(input.default).toBeUndefined();
    }
  });

  test('reads every input that it declares, and no other', async () => {
    const read = await inputsRead(action);
    expect(read.sort()).toEqual(names.sort());
  });
});
