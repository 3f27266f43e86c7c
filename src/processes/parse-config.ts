import { orNear } from '../names/did-you-mean.ts';
import { quoted } from '../shorten.ts';
import { foldQueue } from './identity.ts';
import { type ConfigKey, configKeys, type WorkerConfig } from './spec.ts';

/** A worker's config as read from untrusted JSON or YAML, and every way in which it is wrong. */
export interface ParsedConfig {
  readonly config: WorkerConfig;
  /** `tries: must be a whole number, not "three"`. */
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigProblem {
  /** The key that is wrong; undefined when it is the whole. */
  readonly key: string | undefined;
  readonly why: string;
}

/** Checks each option by itself, so that all problems are known at once. */
export function parseConfig(value: unknown): ParsedConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const why = `must be an object such as {"queue": "high,default", "tries": 3}, not ${kindOf(value)}`;
    return { config: {}, problems: [{ key: undefined, why }] };
  }
  const config: Record<string, string | number | boolean> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, option] of Object.entries(value)) {
    const result = parseOption(key, option);
    if ('why' in result) problems.push({ key, why: result.why });
    else config[key] = result.value;
  }
  return { config, problems };
}

type ParsedOption = { readonly value: string | number | boolean } | { readonly why: string };

function parseOption(key: string, option: unknown): ParsedOption {
  if (!isConfigKey(key)) return { why: notAnOption(key) };
  if (option === null) return { why: 'is null; leave it out to keep what is set' };
  switch (configKeys[key]) {
    case 'text':
      if (typeof option !== 'string') return { why: `must be text, not ${kindOf(option)}` };
      if (!option.isWellFormed()) return { why: 'holds half of a character (a lone surrogate)' };
      if (option.trim() === '') return { why: 'is empty; leave it out instead' };
      // Laravel would take the space after a comma as part of the queue's name.
      return { value: key === 'queue' ? foldQueue(option) : option.trim() };
    case 'integer':
      if (typeof option === 'number' && Number.isSafeInteger(option) && option >= 0) return { value: option };
      return { why: `must be a whole number of at least 0, without quotes, not ${kindOf(option)}` };
    case 'flag':
      if (typeof option === 'boolean') return { value: option };
      return { why: `must be true or false, without quotes, not ${kindOf(option)}` };
  }
}

/** Options of `queue:work` that Laravel Cloud does not take, as they are written in a command. */
const onlyInCommand: Readonly<Record<string, string>> = {
  'max-jobs': '--max-jobs=1000',
  'max-time': '--max-time=3600',
  memory: '--memory=256',
  name: '--name=imports',
};

function notAnOption(key: string): string {
  const known = Object.keys(configKeys);
  const why = `is not an option of a worker; Laravel Cloud takes these eight: ${known.join(', ')}`;
  const written = Object.hasOwn(onlyInCommand, key) ? onlyInCommand[key] : undefined;
  return written === undefined
    ? orNear(why, key, known)
    : `${why}. For others use type: custom with a command such as php artisan queue:work ${written}`;
}

function isConfigKey(key: string): key is ConfigKey {
  return Object.hasOwn(configKeys, key);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}
