import * as v from 'valibot';
import { attributesOf, Count, Text } from '../http/json-api.ts';

export interface ExistingProcess {
  readonly id: string;
  /** `worker` or `custom`; a word not known yet passes through, and is empty when no type is told. */
  readonly type: string;
  /** Undefined when it is not told. */
  readonly processes: number | undefined;
  /** For a worker the API generates it. */
  readonly command: string | null;
  /** As read back: with options that a request may not set, and nulls for those that are unset. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Has the API told the config, as opposed to nothing or an empty list? Then it is read from the generated command. */
  readonly tellsConfig: boolean;
  /** `none`, `growth_rate` or `queue_size`; empty when it is not understood. */
  readonly strategy: string;
  readonly strategyThreshold: number | null;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
  readonly instanceId: string;
  /** Why it cannot be told which process this is. */
  readonly doubt?: string | undefined;
  /** Fields that are not as expected, for the debug log: `processes: null`. */
  readonly odd: readonly string[];
  readonly resource: unknown;
}

const Options = v.pipe(
  v.unknown(),
  v.check((options) => !Array.isArray(options)),
  v.record(v.string(), v.unknown()),
);
/** Recorded: an object for a worker. One client has it as a list of one. */
const Config = v.union([
  Options,
  v.pipe(
    v.strictTuple([Options]),
    v.transform(([options]) => options),
  ),
]);
/** Recorded: an empty list for a custom process. */
const NoConfig = v.union([v.nullish(v.null()), v.strictTuple([]), v.literal('')]);
const Threshold = v.union([v.number(), v.pipe(v.string(), v.decimal(), v.transform(Number))]);
const Scalar = v.nullish(v.union([v.string(), v.number()]));
const Related = v.object({
  relationships: v.object({
    instance: v.object({ data: v.object({ id: v.union([v.string(), v.number()]) }) }),
  }),
});

/**
 * The process that a resource of the API stands for. Only its id must be known: a field that is not understood is left
 * out, and if that leaves open which process this is, it is in doubt.
 */
export function processFrom(id: string, resource: unknown, instanceId = ''): ExistingProcess {
  const odd: string[] = [];
  const take = attributesOf(resource, (name, value) => {
    if (value !== undefined) odd.push(`${name}: ${shownBriefly(value)}`);
  });
  const type = take('type', Text) ?? '';
  const command = take('command', v.nullish(v.string())) ?? null;
  const config =
    type === 'custom'
      ? {}
      : take(
          'config',
          v.union([
            Config,
            v.pipe(
              NoConfig,
              v.transform(() => undefined),
            ),
          ]),
        );
  const tellsConfig = config !== undefined && type !== 'custom';
  const inCommand = type === 'worker' && !tellsConfig ? optionsIn(command ?? '') : {};
  const isConfigOdd = odd.some((field) => field.startsWith('config:'));
  return {
    id,
    type,
    command,
    processes: take('processes', Count),
    config: config ?? inCommand,
    tellsConfig,
    strategy: take('strategy_type', v.nullish(v.string(), 'none')) ?? '',
    strategyThreshold: take('strategy_threshold', v.nullish(Threshold)) ?? null,
    createdAt: take('created_at', v.nullish(v.string())) ?? null,
    instanceId: instanceOf(resource) ?? instanceId,
    doubt: doubtOf({ type, command, config, isConfigOdd }),
    odd,
    resource,
  };
}

export function instanceOf(resource: unknown): string | undefined {
  const related = v.safeParse(Related, resource);
  return related.success ? String(related.output.relationships.instance.data.id) : undefined;
}

interface AnsweredFields {
  readonly type: string;
  readonly command: string | null;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly isConfigOdd: boolean;
}

/** Why these do not tell which process it is; undefined when they do. */
function doubtOf({ type, command, config, isConfigOdd }: AnsweredFields): string | undefined {
  if (type === '') return 'its type is not known';
  const hasCommand = command !== null && command.trim() !== '';
  if (type === 'custom') return hasCommand ? undefined : 'its command is not known';
  if (type !== 'worker') return undefined;
  if (isConfigOdd) return 'its options are not understood';
  if (config === undefined) {
    if (!hasCommand) return 'neither its options nor its command are known';
    return namesQueueOrConnection(command) ? 'its options are not told, and its command has some' : undefined;
  }
  const isClear = v.is(Scalar, config['queue']) && v.is(Scalar, config['connection']);
  return isClear ? undefined : 'its queue or connection is not understood';
}

/** Does a generated command name a connection or a queue: `php artisan queue:work redis --queue=high`? */
function namesQueueOrConnection(command: string): boolean {
  const [, rest = ''] = /\bqueue:work\b(.*)$/s.exec(command) ?? [];
  return rest.split(/\s+/).some((word) => word.startsWith('--queue') || /^[^-\s]/.test(word));
}

/** The options in a worker's generated command: `php artisan queue:work --tries=3 --force --quiet`. */
function optionsIn(command: string): Readonly<Record<string, unknown>> {
  const options = [...command.matchAll(/\s--(tries|backoff|sleep|rest|timeout|force)(?:=(\S+))?(?=\s|$)/g)];
  return Object.fromEntries(options.map(([, key = '', value = true]) => [key, value]));
}

/** Values of an answer are not repeated at length: they may be secrets. */
function shownBriefly(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
