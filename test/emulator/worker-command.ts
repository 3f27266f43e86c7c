import type { JsonObject } from './json.ts';

/** The keys of a worker's config in responses, with and without a value. */
const STORED_OPTIONS = [
  'connection',
  'queue',
  'name',
  'tries',
  'backoff',
  'max-jobs',
  'max-time',
  'sleep',
  'rest',
  'timeout',
  'force',
  'stop-when-empty',
] as const;

export const SERVER_DEFAULTS: JsonObject = {
  connection: 'database',
  queue: 'default',
  tries: 1,
  backoff: 0,
  sleep: 3,
  rest: 0,
  timeout: 60,
  force: false,
};

export function storedConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(STORED_OPTIONS.map((option) => [option, config[option] ?? null]));
}

/** Returns the command line that the server derives from a worker's options. */
export function workerCommand(config: JsonObject): string {
  const words = ['php artisan queue:work'];
  for (const option of STORED_OPTIONS) {
    const value = config[option] ?? null;
    if (value === null || value === false) continue;
    if (option === 'connection') words.push(String(value));
    else words.push(value === true ? `--${option}` : `--${option}=${String(value)}`);
  }
  return [...words, '--quiet'].join(' ');
}
