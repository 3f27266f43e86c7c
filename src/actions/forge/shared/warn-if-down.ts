import type { ForgeProcess } from '../../../forge/process.ts';
import { isDead } from '../../../forge/status.ts';
import type { Step } from '../../../runner/step.ts';

/** A process that is there and down is as declared, and yet not as it should be. */
export function warnIfDown({ log }: Step, { id, status }: Pick<ForgeProcess, 'id' | 'status'>): void {
  if (!isDead(status) && status !== 'stopped') return;
  log.warning(
    `${id} exists but does not run: it is ${status}. Read its log in Forge; forge/restart starts it again.`,
  );
}
