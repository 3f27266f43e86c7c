import { posix } from 'node:path';
import { stringify } from 'yaml';

/** The type of an input or output, as in https://github.com/typesafegithub/github-actions-typing. */
type Typing =
  | { readonly type: 'string' | 'boolean' | 'integer' | 'float' }
  | { readonly type: 'enum'; readonly 'allowed-values': readonly string[] }
  | { readonly type: 'list'; readonly separator: string; readonly 'list-item': Typing };

type Typings = Readonly<Record<string, Typing>>;

const string: Typing = { type: 'string' };
const boolean: Typing = { type: 'boolean' };
const integer: Typing = { type: 'integer' };
/** A time span in seconds, which may have a fraction. */
const seconds: Typing = { type: 'float' };
const oneOf = (...values: string[]): Typing => ({ type: 'enum', 'allowed-values': values });

/** The types of inputs by name. A name has the same type in every action, except those in `inputsOf`. */
const inputs: Typings = {
  token: string,
  instance: string,
  application: string,
  environment: string,
  type: oneOf('worker', 'custom'),
  processes: integer,
  command: string,
  'config-json': string,
  queue: string,
  connection: string,
  tries: integer,
  backoff: integer,
  sleep: integer,
  rest: integer,
  timeout: integer,
  force: boolean,
  'process-id': string,
  'if-exists': oneOf('update', 'reuse', 'create', 'fail'),
  'if-missing': oneOf('ignore', 'fail'),
  all: boolean,
  redeploy: boolean,
  'dry-run': boolean,
  'wait-for-environment': seconds,
  'wait-timeout': seconds,
  'verify-command': string,
  'verify-timeout': seconds,
  'wait-for-commit': string,
  'stable-for': seconds,
  'status-window': seconds,
  'show-logs': boolean,
  manifest: string,
  prune: boolean,
  'max-deletes': integer,
  'approved-plan': oneOf('ignore', 'require'),
  'fail-on-change': boolean,
  comment: boolean,
  'github-token': string,
  organization: string,
  server: string,
  site: string,
  name: string,
  user: string,
  directory: string,
  startsecs: integer,
  stopwaitsecs: integer,
  stopsignal: string,
  sort: oneOf('user', '-user'),
  'require-status': { type: 'list', separator: ',', 'list-item': string },
  'min-count': integer,
  'request-timeout': seconds,
  summary: boolean,
  'api-url': string,
};

const outputs: Typings = {
  'process-id': string,
  strategy: oneOf('none', 'growth_rate', 'queue_size'),
  'strategy-threshold': string,
  type: oneOf('worker', 'custom'),
  processes: integer,
  command: string,
  'config-json': string,
  'created-at': string,
  'instance-id': string,
  'environment-id': string,
  'deployment-id': string,
  verified: oneOf('true', 'false', 'skipped'),
  stable: oneOf('true', 'false', 'unknown', 'skipped'),
  'changes-json': string,
  'resource-json': string,
  'processes-json': string,
  'ids-json': string,
  'plan-json': string,
  'environments-json': string,
  'manifest-yaml': string,
  count: integer,
  created: integer,
  updated: integer,
  replaced: integer,
  deleted: integer,
  unchanged: integer,
  undeclared: integer,
  status: string,
};

const inputsOf: Readonly<Record<string, Typings>> = {
  forge: { 'if-exists': oneOf('reuse', 'replace', 'fail') },
};

const ofDelete: Typings = { outcome: oneOf('deleted', 'absent', 'would-delete') };
const ofApply: Typings = { outcome: oneOf('changed', 'unchanged', 'would-change') };

const outputsOf: Readonly<Record<string, Typings>> = {
  '': { outcome: oneOf('created', 'updated', 'unchanged', 'would-create', 'would-update') },
  delete: ofDelete,
  apply: ofApply,
  forge: { outcome: oneOf('created', 'unchanged', 'replaced', 'would-create', 'would-replace') },
  'forge/delete': ofDelete,
  'forge/apply': ofApply,
};

interface Declared {
  readonly inputs?: object;
  readonly outputs?: object;
}

/** Returns the text of the `action-types.yml` for the `action.yml` of a folder. */
export function actionTypes(folder: string, action: Declared): string {
  const typed = (kind: string, declared: object = {}, ...tables: readonly (Typings | undefined)[]) =>
    Object.fromEntries(
      Object.keys(declared).map((name) => {
        const typing = tables.map((table) => table?.[name]).find((found) => found !== undefined);
        if (typing !== undefined) return [name, typing];
        const why = `the ${kind} ${name} has no type; give it one in scripts/action-types.ts`;
        throw new Error(`${posix.join(folder, 'action.yml')}: ${why}`);
      }),
    );
  const types = {
    inputs: typed('input', action.inputs, inputsOf[folder], inputs),
    outputs: typed('output', action.outputs, outputsOf[folder], outputs),
  };
  const origin = '# Made by npm run docs, from action.yml and scripts/action-types.ts.\n';
  return origin + stringify(types, { aliasDuplicateObjects: false });
}
