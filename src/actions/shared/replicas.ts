import type { Instance } from '../../cloud/instance.ts';

type Scaling = Pick<Instance, 'minReplicas' | 'maxReplicas' | 'sleeps'>;

/** `2–4 replicas`; undefined where they are not known. */
export function replicasText({ minReplicas: min, maxReplicas: max, sleeps }: Scaling): string | undefined {
  if (min === undefined || max === undefined) return undefined;
  if (sleeps) return `up to ${max === 1 ? '1 replica' : `${max} replicas`}`;
  const count = span(min, max);
  return count === '1' ? '1 replica' : `${count} replicas`;
}

/** What a number of processes amounts to, since each replica runs all of them: ` × 2–4 replicas = 4–8 in total`. */
export function totalText(processes: number, instance: Scaling | undefined): string {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (instance === undefined || min === undefined || max === undefined) return ' on each replica';
  const total = sleeps ? `up to ${max * processes}` : span(min * processes, max * processes);
  return ` × ${replicasText(instance)} = ${total} in total${sleeps ? ', and none while it sleeps' : ''}`;
}

function span(low: number, high: number): string {
  return low === high ? String(low) : `${low}–${high}`;
}
