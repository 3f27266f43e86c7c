import { createHash } from 'node:crypto';
import { foldCommand, type Identity } from '../converge/identity.ts';
import type { ForgeProcess } from './process.ts';
import { describe, type ForgeDeclaration, type ForgeSpec } from './spec.ts';

export interface IdentityFields {
  readonly command: string;
  readonly user?: string | undefined;
  readonly directory?: string | undefined;
  readonly siteId?: string | undefined;
}

/** What a declaration is known by, since names cannot be read back: command, then user, directory and site. */
export function identityOf({ command, user, directory, siteId }: IdentityFields): Identity {
  const folded = foldDirectory(directory ?? null);
  return { family: foldCommand(command), marks: [user, folded === '' ? undefined : folded, siteId] };
}

export function identityOfExisting({ directory, ...process }: ForgeProcess): Identity {
  return identityOf({ ...process, directory: directory ?? undefined });
}

/** Can a process in doubt be the one that is looked for? What is not known of it may be anything. */
export function couldBe({ command, user }: IdentityFields, process: ForgeProcess): boolean {
  return (
    (process.command === '' || foldCommand(process.command) === foldCommand(command)) &&
    (process.user === '' || user === undefined || process.user === user)
  );
}

export function describeExisting({ directory, command, ...process }: ForgeProcess): string {
  return describe({
    ...process,
    command: command === '' ? 'unknown' : command,
    directory: directory ?? undefined,
  });
}

/** What tells processes apart that match one declaration. */
export function particularsOf({ user, directory, processes, status }: ForgeProcess): string {
  const count = `${processes ?? 'an unknown number of'} ${processes === 1 ? 'process' : 'processes'}`;
  return `user ${user}, ${directory === null ? 'no directory' : `directory ${directory}`}, ${count}, ${status}`;
}

/** A directory without slashes at its end; none is the empty text. */
function foldDirectory(directory: string | null): string {
  const path = (directory ?? '').trim();
  return path === '/' ? path : path.replace(/\/+$/, '');
}

/**
 * A name for a declaration that has none. It is the same for the same declaration and different for others, so that
 * Forge, which takes a name only once, itself keeps racing runs from making two.
 */
export function derivedName({ command, user, directory, siteId }: IdentityFields): string {
  const key = JSON.stringify([foldCommand(command), user, foldDirectory(directory ?? null), siteId ?? null]);
  const words = foldCommand(command)
    .toLowerCase()
    .replace(/^.*?\bartisan /, '')
    .replace(/^(\S*\/)?php[\d.]* /, '')
    // Options may hold secrets, which nobody would recognise in a name.
    .replace(/(^| )(-|\S*=).*$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
    .replace(/-$/, '');
  return `${words === '' ? 'process' : words}-${shortHash(key)}`;
}

/** The whole declaration, under a name of its own if it has none. */
export function specFrom({ site: _, ...declared }: ForgeDeclaration, siteId: string | undefined): ForgeSpec {
  return { ...declared, siteId, name: declared.name ?? derivedName({ ...declared, siteId }) };
}

/** Another name for the case that this one is taken by a process of somebody else's. */
export function otherName(name: string, avoid: string): string {
  return `${name.slice(0, 40)}-${shortHash(`${name} ${avoid}`)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
