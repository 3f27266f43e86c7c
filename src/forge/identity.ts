import { candidatesAmong, foldCommand, type Identity } from '../converge/identity.ts';
import type { ForgeProcess, PlacedProcess } from './process.ts';
import type { ForgeDeclaration, ForgeSpec } from './spec.ts';
import { isLeaving } from './status.ts';

type Declared = Pick<ForgeSpec, 'command' | 'user' | 'directory'>;

/** What a declaration is known by, since names cannot be read back: command and user, then directory and site. */
export function identityOf({ siteId, ...spec }: Declared & Pick<ForgeSpec, 'siteId'>): Identity {
  return identityFrom(spec.user, spec.command, spec.directory, siteId);
}

/** The same of a process that exists; Forge never tells its site, which only the list by site shows. */
export function identityOfExisting({ user, command, directory, siteId }: PlacedProcess): Identity {
  return identityFrom(user, command, directory, siteId);
}

function identityFrom(
  user: string,
  command: string,
  directory: string | null | undefined,
  siteId: string | undefined,
): Identity {
  const folded = foldDirectory(directory ?? null);
  return {
    family: `${user} ${foldCommand(command)}`,
    marks: [folded === '' ? undefined : folded, siteId],
  };
}

/**
 * The processes of a list that may be the declared one. Without a declared directory, those without one are the better
 * match; only if there are none do the others count. The list is the site's, where one was declared.
 */
export function candidates(spec: Declared, listed: readonly ForgeProcess[]): ForgeProcess[] {
  return alike(
    spec,
    listed.filter((process) => !isLeaving(process)),
  );
}

/** As `candidates`, but of those that are being removed. */
export function leaving(spec: Declared, listed: readonly ForgeProcess[]): ForgeProcess[] {
  return alike(spec, listed.filter(isLeaving));
}

function alike(spec: Declared, listed: readonly ForgeProcess[]): ForgeProcess[] {
  return candidatesAmong(identityOf({ ...spec, siteId: undefined }), listed, identityOfExisting);
}

/** A directory without slashes at its end; none is the empty text. */
export function foldDirectory(directory: string | null): string {
  const path = (directory ?? '').trim();
  return path === '/' ? path : path.replace(/\/+$/, '');
}

/**
 * A name for a declaration that has none. It is the same for the same declaration and different for others, so that
 * Forge, which takes a name only once, itself keeps racing runs from making two.
 */
export function derivedName({
  command,
  user,
  directory,
  siteId,
}: Declared & Pick<ForgeSpec, 'siteId'>): string {
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

/** FNV-1a: it tells texts apart, hides nothing, and needs no node:crypto, which is slow to load. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** What a process is looked for by. */
export interface Sought {
  readonly command: string;
  readonly user: string | undefined;
  readonly directory: string | undefined;
}

/** May one that is not understood be it? What is not known of it may be anything. */
export function mayBeSought(
  { command, user, directory }: Sought,
  known: Partial<Pick<ForgeProcess, keyof Sought>>,
): boolean {
  return (
    (known.command === undefined || foldCommand(known.command) === foldCommand(command)) &&
    (user === undefined || known.user === undefined || known.user === user) &&
    (directory === undefined ||
      known.directory === undefined ||
      foldDirectory(known.directory) === foldDirectory(directory))
  );
}
