import type { World } from './scenario.ts';

/** So many instances with a worker each, and the manifest that declares them. */
export function manyInstances({ cloud, environment, instance: app }: World, count: number): string {
  const lines = ['instances:'];
  for (let n = 1; n <= count; n++) {
    const instance =
      n === 1 ? app : cloud.addInstance(environment, { name: `cluster-${n}`, type: 'service' });
    cloud.addProcess(instance, { type: 'worker', processes: 2 });
    lines.push(`  ${instance.name}:`, '    - { type: worker, processes: 2 }');
  }
  return lines.join('\n');
}
