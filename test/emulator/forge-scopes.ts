import { type Answer, failure } from './answer.ts';

/** The scope that each call needs. */
const SCOPE_OF: Record<string, string> = {
  listForgeServers: 'server:view',
  listForgeSites: 'server:view',
  listForgeProcesses: 'server:view',
  showForgeProcess: 'server:view',
  createForgeProcess: 'server:create-daemons',
  actOnForgeProcess: 'server:create-daemons',
  deleteForgeProcess: 'server:delete-daemons',
};

export const ALL_SCOPES: readonly string[] = [...new Set(Object.values(SCOPE_OF))];

export function missingScope(operation: string, scopes: readonly string[]): Answer | undefined {
  const needed = SCOPE_OF[operation];
  if (needed === undefined || scopes.includes(needed)) return undefined;
  return failure(403, 'Invalid scope(s) provided.');
}
