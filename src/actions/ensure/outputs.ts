import type { Ensured } from '../../processes/ensure.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { setOptions } from '../../processes/intended.ts';
import { type ProcessSpec, processesOfNew } from '../../processes/spec.ts';
import type { Outputs } from '../../runner/outputs.ts';
import type { Target } from '../shared/target-inputs.ts';

/** The root action's outputs: the process as read back or, when it would only be created, as declared. */
export function outputsOf(ensured: Ensured, target: Target): Outputs {
  const { outcome, changes } = ensured;
  return {
    ...(ensured.outcome === 'would-create'
      ? declaredOutputs(ensured.spec, target)
      : knownOutputs(ensured.process, target)),
    outcome,
    'deployment-id': '',
    verified: '',
    'changes-json': JSON.stringify(changes),
  };
}

/** What is known of a process that exists. */
export function knownOutputs(process: ExistingProcess, target: Target): Outputs {
  return {
    'process-id': process.id,
    strategy: process.strategy,
    'strategy-threshold': String(process.strategyThreshold ?? ''),
    type: process.type,
    processes: String(process.processes),
    command: process.command ?? '',
    'config-json': JSON.stringify(setOptions(process.config)),
    'created-at': process.createdAt ?? '',
    ...whereOutputs(target, process.instanceId),
    'resource-json': JSON.stringify(process.resource),
  };
}

function declaredOutputs(spec: ProcessSpec, target: Target): Outputs {
  return {
    'process-id': '',
    strategy: '',
    'strategy-threshold': '',
    type: spec.type,
    processes: String(spec.processes ?? processesOfNew),
    command: spec.type === 'custom' ? spec.command : '',
    'config-json': JSON.stringify(spec.type === 'worker' ? spec.config : {}),
    'created-at': '',
    ...whereOutputs(target, ''),
    'resource-json': '',
  };
}

function whereOutputs({ instanceId, instance, environment }: Target, known: string): Outputs {
  return {
    'instance-id': instanceId ?? known,
    'environment-id': environment?.id ?? instance?.environmentId ?? '',
  };
}
