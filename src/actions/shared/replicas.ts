import type { Instance } from '../../cloud/instance.ts';
import { code, type Html, html } from '../../runner/html.ts';

/** What a number of processes amounts to: each replica of the instance runs all of them. */
export function replicasOf(processes: number, instance: Instance | undefined): Html {
  const { minReplicas: min, maxReplicas: max } = instance ?? {};
  if (min === undefined || max === undefined) return html`on each replica`;
  const span = (low: number, high: number): string => (low === high ? String(low) : `${low}–${high}`);
  return html`× ${code(span(min, max))} replicas = ${code(span(min * processes, max * processes))} in total`;
}
