/** A background process of a Forge server as the user declares it. */
export interface ForgeSpec {
  /** Believed to be unique on a server. */
  readonly name: string;
  readonly command: string;
  readonly user: string;
  /** Where it runs; undefined leaves it to Forge. */
  readonly directory: string | undefined;
  /** Undefined: 1 for one that is created; one that exists keeps its number. */
  readonly processes: number | undefined;
  readonly siteId: string | undefined;
  /** Seconds it must run to count as started. */
  readonly startsecs: number | undefined;
  /** Seconds it may take to stop before it is killed. */
  readonly stopwaitsecs: number | undefined;
  readonly stopsignal: string | undefined;
}

/** A process as it is written down: its name may be left out, and its site is not looked up yet. */
export interface ForgeDeclaration extends Omit<ForgeSpec, 'name' | 'siteId'> {
  readonly name: string | undefined;
  /** A site's id or exact name. */
  readonly site: string | undefined;
}

/** A declaration in a few words: `process "php8.4 artisan horizon" of forge in /home/forge/shop.example`. */
export function describe({
  command,
  user,
  directory,
}: Pick<ForgeSpec, 'command' | 'user' | 'directory'>): string {
  return `process "${command}" of ${user}${directory === undefined ? '' : ` in ${directory}`}`;
}

/** How many processes one background process may have: Forge knows no upper limit. */
export const processesRange = { min: 1 } as const;

/** How many processes one that is created gets when the declaration does not say. */
export const processesOfNew = 1;

/** Who runs a process when the declaration does not say. */
export const usualUser = 'forge';

/** Times that a process may be given, in seconds. */
export const secondsRange = { min: 0, max: 86_400 } as const;

/** What is wrong with a text that Forge writes into a configuration file: it must not break out of its line. */
export function lineProblem(text: string): string | undefined {
  if (/[\r\n\0]/.test(text)) return 'must be one line; in YAML, >- folds several lines into one';
  return text.isWellFormed() ? undefined : 'holds half of a character (a lone surrogate)';
}
