import type { Instance } from '../cloud/instances.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloudPace, cloudService } from '../cloud/service.ts';
import { rowName } from '../cloud/short-name.ts';
import type { ProcessSpec } from '../cloud/spec.ts';
import { changesIn, countsOf, countsText } from '../converge/counts.ts';
import type { OperationResult } from '../converge/result.ts';
import type { AppliedService } from './carry-out.ts';
import type { CloudPlan } from './read-and-plan.ts';
import type { Change, PlacedProcess } from './rollout.ts';

/** What is Laravel Cloud's own in applying a manifest. */
export const applied: AppliedService<ProcessSpec, ExistingProcess> = {
  service: cloudService,
  naming: {
    nameOf: rowName,
    particularsOf: (operation) => ({
      ...(operation.place.within === undefined ? {} : { environment: operation.place.within }),
      instance: operation.place.name,
      instance_id: operation.place.id,
      type: 'spec' in operation ? operation.spec.type : operation.process.type,
    }),
  },
  pace: cloudPace,
  limit: `Laravel Cloud lets an organization make ${cloudPace.changes} a minute`,
};

/** What was done to the processes of an environment, for what follows. */
export function madeOf(
  results: readonly OperationResult<ProcessSpec, ExistingProcess>[],
): Pick<Change, 'kind' | 'done'> {
  const counts = { ...countsOf(results), undeclared: 0 };
  if (changesIn(counts) > 0) return { kind: 'changed', done: countsText(counts, 'done') };
  const isOthers = results.some(({ madeByOther }) => madeByOther);
  return { kind: isOthers ? 'made-by-other' : 'unchanged', done: 'The processes are as declared' };
}

export function declaredIn({ plan, instances }: CloudPlan): readonly PlacedProcess[] {
  return plan.operations.flatMap((operation) =>
    'spec' in operation && 'process' in operation ? [placed(operation.process, instances)] : [],
  );
}

export function declaredAfter(
  results: readonly OperationResult<ProcessSpec, ExistingProcess>[],
  instances: readonly Instance[],
): readonly PlacedProcess[] {
  return results.flatMap(({ operation, process }) =>
    'spec' in operation && process !== undefined ? [placed(process, instances)] : [],
  );
}

function placed(process: ExistingProcess, instances: readonly Instance[]): PlacedProcess {
  return { process, instance: instances.find(({ id }) => id === process.instanceId) };
}
