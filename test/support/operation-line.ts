import { describeChanges } from '../../src/converge/compare.ts';
import type { Operation } from '../../src/converge/plan.ts';

const signs = { create: '+', update: '~', replace: '~', delete: '-', keep: '=', undeclared: '?' } as const;

/** Returns an operation as one line, for comparison: `~ worker on queue default process-1 processes: 1 → 2`. */
export function lineOf(operation: Operation): string {
  const parts = [`${signs[operation.action]} ${operation.subject}`];
  if (operation.action === 'create') parts.push(`${operation.settings['processes']} processes`);
  else parts.push(operation.process.id);
  if (operation.action === 'replace') parts.push('replace');
  if ('changes' in operation) parts.push(describeChanges(operation.changes));
  return parts.join('  ');
}
