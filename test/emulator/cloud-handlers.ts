import { commandHandlers } from './cloud-command-handlers.ts';
import { deploymentHandlers } from './cloud-deployment-handlers.ts';
import { logHandlers } from './cloud-log-handlers.ts';
import { processHandlers } from './cloud-process-handlers.ts';
import type { CloudState } from './cloud-state.ts';
import { targetHandlers } from './cloud-target-handlers.ts';
import type { Handlers } from './contract.ts';

export function cloudHandlers(state: CloudState): Handlers {
  const handlers: Handlers = {
    ...targetHandlers(state),
    ...processHandlers(state),
    ...deploymentHandlers(state),
    ...commandHandlers(state),
    ...logHandlers(state),
  };
  const upToDate = Object.entries(handlers).map(([operation, handler]): [string, Handlers[string]] => [
    operation,
    (call) => {
      state.catchUp();
      return handler(call);
    },
  ]);
  return Object.fromEntries(upToDate);
}
