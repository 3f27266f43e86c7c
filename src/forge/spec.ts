import * as v from 'valibot';
import { lintCommand, type Remedies } from '../converge/lint.ts';
import { continuedLine, line, mapping, named, wholeNumber } from '../manifest/schema.ts';

/** A background process of a Forge server as the user declares it. */
export interface ForgeSpec {
  /** Forge seems to refuse a second process with the same name on a server. */
  readonly name: string;
  readonly command: string;
  readonly user: string;
  /** The working directory; undefined: Forge's default. */
  readonly directory?: string | undefined;
  /** The directory of the replaced process. A new process without a declared directory gets it. Not compared. */
  readonly oldDirectory?: string | undefined;
  /** Undefined: 1 for a new process; an existing process keeps its number. */
  readonly processes?: number | undefined;
  readonly siteId?: string | undefined;
  /** Seconds that the process must run to count as started. */
  readonly startsecs?: number | undefined;
  /** Seconds that the process may take to stop before Forge kills it. */
  readonly stopwaitsecs?: number | undefined;
  readonly stopsignal?: string | undefined;
}

/** A process as inputs and manifests declare it: the name is optional, and the site may be a name. */
export interface ForgeDeclaration extends Omit<ForgeSpec, 'name' | 'siteId' | 'oldDirectory'> {
  readonly name?: string | undefined;
  /** A site's id or exact name. */
  readonly site?: string | undefined;
}

/** The fields that identify a process, of a declaration or of an existing process. */
export interface IdentityFields {
  readonly command: string;
  readonly user?: string | undefined;
  readonly directory?: string | null | undefined;
  readonly siteId?: string | undefined;
}

/** Returns a declaration in a few words: `process "php8.4 artisan horizon" of user forge in /home/forge/shop`. */
export function describe({ command, user, directory }: IdentityFields, of = 'of user'): string {
  return `process ${JSON.stringify(command)}${user === undefined ? '' : ` ${of} ${user}`}${directory == null ? '' : ` in ${directory}`}`;
}

/** The allowed numbers of processes: Forge has no upper limit. */
export const processesRange = { min: 1 } as const;

export const processesOfNew = 1;

export const usualUser = 'forge';

/** The allowed values of `startsecs` and `stopwaitsecs`, in seconds. */
export const secondsRange = { min: 0, max: 86_400 } as const;

/** The schema of a declaration. Forge writes each text into one line of a configuration file. */
export const ProcessDeclaration = v.pipe(
  mapping(
    {
      name: v.exactOptional(line('horizon')),
      command: line('php8.4 artisan horizon', continuedLine),
      directory: v.exactOptional(line('/home/forge/shop.example/current')),
      user: v.exactOptional(line('forge')),
      site: v.exactOptional(line('shop.example or an id in quotation marks')),
      processes: v.exactOptional(wholeNumber(processesRange)),
      startsecs: v.exactOptional(wholeNumber(secondsRange)),
      stopwaitsecs: v.exactOptional(wholeNumber(secondsRange)),
      stopsignal: v.exactOptional(line('SIGTERM')),
    },
    named('a process'),
    { command: ', for example "php8.4 artisan horizon"' },
  ),
  v.transform(({ user = usualUser, ...given }) => ({ ...given, user })),
);

const remedies: Remedies = {
  danger: 'until Forge gives up and shows it as fatal',
  scheduler: 'the scheduler of Forge',
  onDeploy: 'the deploy script of the site, which runs it once for each deployment',
  restart: 'after a deployment, forge/restart restarts the processes',
};

/** Returns the likely problems of a declaration, each as a sentence with a remedy. */
export function lint({
  command,
  directory,
  processes = processesOfNew,
}: Pick<ForgeSpec, 'command' | 'directory' | 'processes'>): readonly string[] {
  const problems = [
    ...lintCommand(command, `command ${JSON.stringify(command)}`, { processes, maxReplicas: 1 }, remedies),
  ];
  if (/^php\s/.test(command))
    problems.push(
      `The command ${JSON.stringify(command)} begins with php: that is the server's default version, which changes for all sites at once. Write the version, such as php8.4.`,
    );
  if (directory !== undefined && !directory.startsWith('/'))
    problems.push(`The directory "${directory}" is relative. Write the whole path.`);
  return problems;
}
