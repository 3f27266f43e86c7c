import * as v from 'valibot';
import {
  choice,
  continuedLine,
  flag,
  line,
  mapping,
  named,
  type Problem,
  wholeNumber,
} from '../manifest/schema.ts';
import { orNear } from '../names.ts';
import { shorten } from '../text.ts';

/** The kind of each option of a worker. Source: the create request of Laravel Cloud's OpenAPI description. */
export const configKeys = {
  connection: 'text',
  queue: 'text',
  tries: 'integer',
  backoff: 'integer',
  sleep: 'integer',
  rest: 'integer',
  timeout: 'integer',
  force: 'flag',
} as const;

export type ConfigKey = keyof typeof configKeys;

/** The allowed numbers of processes. Source: as above. */
export const processesRange = { min: 1, max: 10 } as const;

/** The allowed numbers of characters in a custom process's command. Source: as above. */
export const commandLength = { min: 3, max: 500 } as const;

const count = wholeNumber({ min: 0 });

/** The options of a queue worker that Laravel Cloud accepts, all optional. Times are in seconds. */
export const WorkerOptions = mapping(
  {
    connection: v.exactOptional(line('redis')),
    // For Laravel, a space after a comma is part of the queue's name.
    queue: v.exactOptional(
      v.pipe(
        // An expression that is empty, such as `${{ inputs.a }},${{ inputs.b }}`, must not mean the queue `default`.
        line('"high,default"', (queue) =>
          /[^, \t]/.test(queue) ? undefined : 'names no queue; leave it out instead',
        ),
        v.transform((queue) => foldQueue(queue)),
      ),
    ),
    tries: v.exactOptional(count),
    backoff: v.exactOptional(count),
    sleep: v.exactOptional(count),
    rest: v.exactOptional(count),
    timeout: v.exactOptional(count),
    force: v.exactOptional(flag()),
  },
  () => ({
    notAMapping: (kind) => `must be an object such as {"queue": "high,default", "tries": 3}, not ${kind}`,
    unknownKey: unknownOption,
  }),
);

export type WorkerConfig = Readonly<v.InferOutput<typeof WorkerOptions>>;

/** Options of `queue:work` that Laravel Cloud does not accept, with an example for a command. */
const onlyInCommand: Readonly<Record<string, string>> = {
  'max-jobs': '--max-jobs=1000',
  'max-time': '--max-time=3600',
  memory: '--memory=256',
  name: '--name=imports',
};

function unknownOption(key: string, path: readonly string[]): Problem {
  const known = Object.keys(configKeys);
  const written = Object.hasOwn(onlyInCommand, key) ? onlyInCommand[key] : undefined;
  const why = `is not an option of a worker; Laravel Cloud takes these eight: ${known.join(', ')}`;
  return {
    path: [...path, shorten(key, 80)],
    key: [...path, key],
    why:
      written === undefined
        ? orNear(why, key, known)
        : `${why}. For others use type: custom with a command such as "php artisan queue:work ${written}"`,
  };
}

/** Returns the problem with a command; undefined if there is none. */
function commandProblem(command: string): string | undefined {
  const continued = continuedLine(command);
  if (continued !== undefined) return continued;
  const { min, max } = commandLength;
  // As Laravel and JSON Schema count: an emoji is one character, not two.
  const { length } = [...command];
  if (length >= min && length <= max) return undefined;
  return `must have ${min} to ${max} characters, and has ${length}`;
}

/** Returns a hint for an option that stands beside `config` in place of under it. */
function optionHint(key: string): string | undefined {
  return Object.hasOwn(configKeys, key)
    ? `Options of a worker go under config: config: { ${key}: … }`
    : undefined;
}

const typeAndCommand = [['type'], ['command']] as const;

/** The schema of a pinned process, which `process-id` names. A custom process may leave out its command. */
export const PinnedDeclaration = v.pipe(
  mapping(
    {
      type: choice(['worker', 'custom']),
      processes: v.exactOptional(wholeNumber(processesRange)),
      command: v.exactOptional(line('php artisan reverb:start', commandProblem)),
      config: v.exactOptional(WorkerOptions),
    },
    named('a process', optionHint),
    { type: ': worker or custom' },
  ),
  v.forward(
    v.partialCheck(
      typeAndCommand,
      ({ type, command }) => type !== 'worker' || command === undefined,
      'is for type: custom; a worker’s command is made from its options',
    ),
    ['command'],
  ),
  v.forward(
    v.partialCheck(
      [['type'], ['config']],
      ({ type, config }) => type !== 'custom' || config === undefined,
      'is for type: worker; a custom process has only its command',
    ),
    ['config'],
  ),
);

/** The schema of a process in inputs and manifests. */
export const ProcessDeclaration = v.pipe(
  PinnedDeclaration,
  v.forward(
    v.partialCheck(
      typeAndCommand,
      ({ type, command }) => type !== 'custom' || command !== undefined,
      'is needed for type: custom, for example "php artisan reverb:start"',
    ),
    ['command'],
  ),
  v.transform(
    ({ type, processes, command = '', config = {} }): ProcessSpec =>
      type === 'worker' ? { type, processes, config } : { type, processes, command },
  ),
);

export const processesOfNew = 1;

interface WorkerSpec {
  readonly type: 'worker';
  /** Undefined: 1 for a new process; an existing process keeps its number. */
  readonly processes: number | undefined;
  readonly config: WorkerConfig;
}

/** `C`: the type of the command. */
interface CustomSpec<C> extends Pick<WorkerSpec, 'processes'> {
  readonly type: 'custom';
  readonly command: C;
}

/** A background process as the user declares it. */
export type ProcessSpec = WorkerSpec | CustomSpec<string>;

/** The declaration of a pinned process. Without a declared command, the process keeps its command. */
export type PinnedSpec = WorkerSpec | CustomSpec<string | undefined>;

/** The most characters of one part of a description. */
const longest = 120;

/** The fields that identify a process, of a declaration or of an existing process. */
export interface Identifying {
  readonly type: string;
  readonly command?: string | null | undefined;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The reason why the process cannot be identified. */
  readonly doubt?: string | undefined;
}

/** Returns a process in a few words: `worker on queue high,default of connection redis`. */
export function describe({ type, command, config, doubt }: Identifying, room = longest): string {
  if (type === 'custom')
    return command == null ? 'custom process' : `custom process ${JSON.stringify(shorten(command, room))}`;
  if (type !== 'worker') return `process of type ${type === '' ? 'unknown' : type}`;
  if (doubt !== undefined) return 'worker on an unknown queue';
  const { queue, connection } = queueOf(config);
  return `worker on queue ${nameText(queue, room)}${connection === undefined ? '' : ` of connection ${nameText(connection, room)}`}`;
}

/** Returns the name of a queue or connection, in quotation marks if it could look like two names. */
export function nameText(name: string, room = Infinity): string {
  return /[\s"]/.test(name) ? JSON.stringify(shorten(name, room)) : shorten(name, room);
}

/** Returns the queue list and the connection of a worker, without blanks around the names. */
export function queueOf({ queue, connection }: Readonly<Record<string, unknown>> = {}) {
  return { queue: foldQueue(queue), connection: foldConnection(connection) };
}

/** Returns a queue list without blanks around its names, in the same order; `default` for no queue. */
export function foldQueue(queue: unknown): string {
  const names = String(queue ?? '')
    .split(',')
    .map(withoutBlanks)
    .filter((name) => name !== '');
  return names.length === 0 ? 'default' : names.join(',');
}

/** Returns the name of a connection without blanks around it; undefined for no connection. */
export function foldConnection(connection: unknown): string | undefined {
  const name = withoutBlanks(String(connection ?? ''));
  return name === '' ? undefined : name;
}

/** Removes blanks and tabs around a name. For Laravel, other white space is part of the name. */
function withoutBlanks(name: string): string {
  return name.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '');
}
