import { commandHandlers } from './cloud-command-handlers.ts';
import { deploymentHandlers } from './cloud-deployment-handlers.ts';
import { processHandlers } from './cloud-process-handlers.ts';
import type { CloudState } from './cloud-state.ts';
import { targetHandlers } from './cloud-target-handlers.ts';
import type { Handlers } from './contract.ts';

export function cloudHandlers(state: CloudState): Handlers {
  return {
    ...targetHandlers(state),
    ...processHandlers(state),
    ...deploymentHandlers(state),
    ...commandHandlers(state),
  };
}
