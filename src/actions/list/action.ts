import { describeExisting } from '../../processes/describe-existing.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { setOptions } from '../../processes/intended.ts';
import type { ProcessSpec } from '../../processes/spec.ts';
import type { Step } from '../../runner/step.ts';
import { cloud } from '../shared/cloud-service.ts';
import { type Connection, readConnection, withClient } from '../shared/connection.ts';
import { findTarget, openStore, readTarget, type TargetInputs } from '../shared/target-inputs.ts';
import { reportListed } from './report.ts';

interface ListInputs {
  readonly connection: Connection;
  readonly target: TargetInputs;
  /** Only processes of this type, if one is given. */
  readonly type: ProcessSpec['type'] | undefined;
}

/** Lists the background processes of a Laravel Cloud instance. */
export async function runList(step: Step): Promise<void> {
  const { connection, target, type } = readInputs(step);
  await withClient(step, connection, async (client) => {
    const found = await findTarget(step, client, connection, target, true);
    step.doing('listing the background processes');
    const store = openStore(step, client, connection, found);
    const { processes: all } = await store.list();
    const processes = all.filter((process) => type === undefined || process.type === type);
    step.log.group(
      processes.length === 1 ? '1 background process' : `${processes.length} background processes`,
      processes.map((process) => `${process.id}  ${describeExisting(process)}  × ${process.processes}`),
    );
    step.output({
      'processes-json': JSON.stringify(processes.map(listed)),
      'ids-json': JSON.stringify(processes.map(({ id }) => id)),
      count: String(processes.length),
      'instance-id': found.instanceId ?? '',
    });
    step.summarize(reportListed(processes, { ...found, instance: found.instance ?? store.instance }, type));
  });
}

function readInputs(step: Step): ListInputs {
  const { inputs } = step;
  const read = {
    connection: readConnection(step, cloud),
    target: readTarget(step, { pinned: false }),
    type: readType(step),
  };
  inputs.done();
  return read;
}

function readType({ inputs }: Step): ProcessSpec['type'] | undefined {
  return inputs.text('type') === undefined
    ? undefined
    : inputs.choice('type', ['worker', 'custom'], 'worker');
}

/** A process as `processes-json` holds it. */
function listed(process: ExistingProcess) {
  return {
    id: process.id,
    type: process.type,
    processes: process.processes,
    command: process.command,
    config: setOptions(process.config),
    strategy: process.strategy,
    strategy_threshold: process.strategyThreshold,
    created_at: process.createdAt,
    instance_id: process.instanceId,
  };
}
