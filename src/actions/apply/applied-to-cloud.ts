import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudPace, cloudService } from '../../cloud/service.ts';
import { rowName } from '../../cloud/short-name.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import type { AppliedService } from './carry-out.ts';

/** The parts of `apply` that are specific to Laravel Cloud. */
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
