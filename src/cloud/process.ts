import * as v from 'valibot';
import { attributesOf, Count, Id, Text } from '../http/json-api.ts';

export interface ExistingProcess {
  readonly id: string;
  /** `worker`, `custom`, or an unknown word; empty if not reported. */
  readonly type: string;
  /** Undefined if not reported. */
  readonly processes: number | undefined;
  /** The declared command of a custom process; the command that the API generates for a worker. */
  readonly command: string | null;
  /** The options that the API reports, also options that a request may not set; null for an unset option. */
  readonly config: Readonly<Record<string, unknown>>;
  /** False if the API reports no config, or an empty one: then `config` has options of the generated command. */
  readonly tellsConfig: boolean;
  /** `none`, `growth_rate` or `queue_size`; empty if the value has an unexpected form. */
  readonly strategy: string;
  readonly strategyThreshold: number | null;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
  readonly instanceId: string;
  /** The reason why the process cannot be identified. */
  readonly doubt?: string | undefined;
  /** Fields of an unexpected form, for the debug log: `processes: null`. */
  readonly odd: readonly string[];
  readonly resource: unknown;
}

const Options = v.pipe(
  v.unknown(),
  v.check((options) => !Array.isArray(options)),
  v.record(v.string(), v.unknown()),
);
/** A worker's config. Recorded: an object. One client of the API has a list with one object. */
const Config = v.union([
  Options,
  v.pipe(
    v.strictTuple([Options]),
    v.transform(([options]) => options),
  ),
]);
/** A config without options. Recorded: an empty list for a custom process. */
const NoConfig = v.pipe(
  v.union([v.nullish(v.null()), v.strictTuple([]), v.literal('')]),
  v.transform(() => ({})),
);
const Threshold = v.union([v.number(), v.pipe(v.string(), v.decimal(), v.transform(Number))]);
const Scalar = v.nullish(v.union([v.string(), v.number()]));
const Related = v.object({
  relationships: v.object({ instance: v.object({ data: v.object({ id: Id }) }) }),
});

/** Reads a process. Ignores fields of an unexpected form; a process without an identity is in doubt. */
export function processFrom(id: string, resource: unknown, instanceId = ''): ExistingProcess {
  const odd: string[] = [];
  const take = attributesOf(resource, (name, value) => {
    if (value !== undefined) odd.push(`${name}: ${shownBriefly(value)}`);
  });
  const type = take('type', Text) ?? '';
  const command = take('command', v.nullish(v.string())) ?? null;
  const read = type === 'custom' ? undefined : take('config', v.union([Config, NoConfig]));
  const config = read === undefined || Object.keys(read).length === 0 ? undefined : read;
  const isConfigOdd = odd.some((field) => field.startsWith('config:'));
  return {
    id,
    type,
    command,
    processes: take('processes', Count),
    config: config ?? (type === 'custom' ? {} : optionsIn(command ?? '')),
    tellsConfig: config !== undefined,
    strategy: take('strategy_type', v.nullish(v.string(), 'none')) ?? '',
    strategyThreshold: take('strategy_threshold', v.nullish(Threshold)) ?? null,
    createdAt: take('created_at', v.nullish(v.string())) ?? null,
    instanceId: instanceOf(resource) ?? instanceId,
    doubt: doubtOf(type, command, config, isConfigOdd),
    odd,
    resource,
  };
}

export function instanceOf(resource: unknown): string | undefined {
  const related = v.safeParse(Related, resource);
  return related.success ? related.output.relationships.instance.data.id : undefined;
}

/** Returns the reason why these fields do not identify the process; undefined if they do. */
function doubtOf(
  type: string,
  command: string | null,
  config: ExistingProcess['config'] | undefined,
  isConfigOdd: boolean,
): string | undefined {
  if (type === '') return 'its type is not known';
  const hasCommand = command !== null && command.trim() !== '';
  if (type === 'custom') return hasCommand ? undefined : 'its command is not known';
  if (type !== 'worker') return undefined;
  if (isConfigOdd) return 'its options are not understood';
  if (config === undefined) {
    if (!hasCommand) return 'neither its options nor its command are known';
    return namesQueueOrConnection(command)
      ? 'its options are not reported, and its command has some'
      : undefined;
  }
  const isClear = v.is(Scalar, config['queue']) && v.is(Scalar, config['connection']);
  return isClear ? undefined : 'its queue or connection is not understood';
}

/** True if a generated command names a connection or a queue: `php artisan queue:work redis --queue=high`. */
function namesQueueOrConnection(command: string): boolean {
  const words = /\bqueue:work\b(.*)/s.exec(command)?.[1]?.split(/\s/) ?? [];
  return words.some((word) => word.startsWith('--queue') || /^[^-]/.test(word));
}

/** Reads the options of a worker's generated command: `php artisan queue:work --tries=3 --force --quiet`. */
function optionsIn(command: string): Readonly<Record<string, unknown>> {
  const options = [...command.matchAll(/\s--(tries|backoff|sleep|rest|timeout|force)(?:=(\S+))?(?=\s|$)/g)];
  return Object.fromEntries(options.map(([, key = '', value = true]) => [key, value]));
}

/** Returns the kind of a value, such as `a list of 3`, in place of the value, which may be a secret. */
function shownBriefly(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
