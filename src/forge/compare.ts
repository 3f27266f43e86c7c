import { createHash } from 'node:crypto';
import { type Changes, foldCommand, type Identity } from '../converge/compare.ts';
import type { RowName } from '../converge/text.ts';
import type { ForgeProcess } from './shapes.ts';
import { describe, type ForgeDeclaration, type ForgeSpec, type IdentityFields } from './spec.ts';

/** Returns the identity: command, user, directory and site. The name is no part: Forge does not report it. */
export function identityOf({ command, user, directory, siteId }: IdentityFields): Identity {
  return { family: foldCommand(command), marks: [user, foldDirectory(directory) || undefined, siteId] };
}

/** True if a process in doubt can be the declared process: its unknown fields may have any value. */
export function couldBe({ command, user }: IdentityFields, process: ForgeProcess): boolean {
  return (
    (process.command === '' || foldCommand(process.command) === foldCommand(command)) &&
    (process.user === '' || user === undefined || process.user === user)
  );
}

export function describeExisting({ command, ...process }: ForgeProcess): string {
  return describe({ ...process, command: command || 'unknown' });
}

/** Returns the fields that distinguish processes of one declaration: `user forge, no directory, 1 process, running`. */
export function particularsOf({ user, directory, processes, status }: ForgeProcess): string {
  const count = `${processes ?? 'an unknown number of'} ${processes === 1 ? 'process' : 'processes'}`;
  return `user ${user}, ${directory === null ? 'no directory' : `directory ${directory}`}, ${count}, ${status}`;
}

/**
 * True for a process of this user and directory. Undefined: any. A user or directory that Forge does not report counts
 * as the wanted one, since Forge has filtered the list.
 */
export function isOf(
  { user, directory }: Pick<IdentityFields, 'user' | 'directory'>,
  process: ForgeProcess,
): boolean {
  const isIn = process.vague !== undefined || foldDirectory(process.directory) === foldDirectory(directory);
  return (
    (user === undefined || process.user === '' || process.user === user) && (directory === undefined || isIn)
  );
}

/** Removes the slashes at the end of a directory. Returns an empty text for no directory. */
function foldDirectory(directory: string | null | undefined): string {
  const path = (directory ?? '').trim();
  return path === '/' ? path : path.replace(/(?<!\/)\/+$/, '');
}

/**
 * Returns a name for a declaration without a name: `horizon-`, and a hash of the identity. Declarations of one identity
 * get the same name. Forge accepts a name only once, so parallel runs cannot create two processes.
 */
export function derivedName({ command, user, directory, siteId }: IdentityFields): string {
  const key = JSON.stringify([foldCommand(command), user, foldDirectory(directory), siteId ?? null]);
  const words = foldCommand(command)
    .toLowerCase()
    .replace(/^.*?\bartisan /, '')
    .replace(/^(\S*\/)?php[\d.]* /, '')
    // Options may hold secrets, which nothing would redact in a name.
    .replace(/(^| )(-|\S*=).*/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
    .replace(/-$/, '');
  return `${words === '' ? 'process' : words}-${shortHash(key)}`;
}

/** Returns the whole declaration, with a derived name if it has none. */
export function specFrom({ site: _, ...declared }: ForgeDeclaration, siteId: string | undefined): ForgeSpec {
  return { ...declared, siteId, name: declared.name ?? derivedName({ ...declared, siteId }) };
}

/** Returns another name, for the case that another process has the first. */
export function otherName(name: string, avoid: string): string {
  return `${name.slice(0, 40)}-${shortHash(`${name} ${avoid}`)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Returns the name of a process in a plan: its command, under a heading with its user and directory. */
export function rowName({ command, user, directory }: ForgeSpec | ForgeProcess): RowName {
  return {
    name: command,
    // The identity in `plan-json` does not have the word `user`: `process "..." of forge`.
    identity: describe({ command, user, directory }, 'of'),
    shared: directory == null ? [user] : [user, directory],
  };
}

/** Returns the differences. A missing number is none: after a replacement it would be missing, too. */
export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}

/** Returns a warning if Forge does not report the number that the declaration names; undefined otherwise. */
export function notCompared(spec: ForgeSpec, { id, processes }: ForgeProcess): string | undefined {
  return spec.processes === undefined || processes !== undefined
    ? undefined
    : `Forge does not report how many processes ${id} has: whether it has ${spec.processes} is not known.`;
}
