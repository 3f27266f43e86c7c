import type { Ensured } from '../../processes/ensure.ts';
import { setOptions } from '../../processes/intended.ts';
import { type ProcessSpec, processesOfNew } from '../../processes/spec.ts';
import type { Outputs } from '../../runner/outputs.ts';
import type { Target } from '../shared/target-inputs.ts';

/** The root action's outputs: the process as read back or, when it would only be created, as declared. */
export function outputsOf(
  spec: ProcessSpec,
  { outcome, process, changes }: Ensured,
  target: Target,
): Outputs {
  return {
    'process-id': process?.id ?? '',
    strategy: process?.strategy ?? '',
    'strategy-threshold': String(process?.strategyThreshold ?? ''),
    outcome,
    type: process?.type ?? spec.type,
    processes: String(process?.processes ?? spec.processes ?? processesOfNew),
    command: (process === undefined ? commandOf(spec) : process.command) ?? '',
    'config-json': JSON.stringify(process === undefined ? configOf(spec) : setOptions(process.config)),
    'created-at': process?.createdAt ?? '',
    'instance-id': target.instanceId ?? process?.instanceId ?? '',
    'environment-id': target.environment?.id ?? target.instance?.environmentId ?? '',
    'deployment-id': '',
    verified: '',
    'changes-json': JSON.stringify(changes),
    'resource-json': process === undefined ? '' : JSON.stringify(process.resource),
  };
}

function commandOf(spec: ProcessSpec): string {
  return spec.type === 'custom' ? spec.command : '';
}

function configOf(spec: ProcessSpec): object {
  return spec.type === 'worker' ? spec.config : {};
}
