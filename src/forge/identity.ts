import { foldCommand } from '../processes/identity.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';
import { isLeaving } from './status.ts';

type Identity = Pick<ForgeSpec, 'command' | 'user' | 'directory'>;

/**
 * The processes that may be the declared one. Names cannot be read back, so it is command, user and directory. Without
 * a declared directory, those without one are the better match; only if there are none do the others count.
 */
export function candidates<P extends ForgeProcess>(spec: Identity, listed: readonly P[]): P[] {
  return sameIdentity(
    spec,
    listed.filter((process) => !isLeaving(process)),
  );
}

/** As `candidates`, but of those that are being removed. */
export function leaving<P extends ForgeProcess>(spec: Identity, listed: readonly P[]): P[] {
  return sameIdentity(spec, listed.filter(isLeaving));
}

function sameIdentity<P extends ForgeProcess>(
  { command, user, directory }: Identity,
  listed: readonly P[],
): P[] {
  const alike = listed.filter(
    (process) => process.user === user && foldCommand(process.command) === foldCommand(command),
  );
  if (directory !== undefined) {
    return alike.filter((process) => foldDirectory(process.directory) === foldDirectory(directory));
  }
  const withoutDirectory = alike.filter((process) => foldDirectory(process.directory) === '');
  return withoutDirectory.length > 0 ? withoutDirectory : alike;
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
export function derivedName({
  command,
  user,
  directory,
  siteId,
}: Identity & Pick<ForgeSpec, 'siteId'>): string {
  const key = JSON.stringify([foldCommand(command), user, foldDirectory(directory ?? null), siteId ?? null]);
  const words = foldCommand(command)
    .toLowerCase()
    .replace(/^.*?\bartisan /, '')
    .replace(/^(\S*\/)?php[\d.]* /, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
    .replace(/-$/, '');
  return `${words === '' ? 'process' : words}-${shortHash(key)}`;
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
