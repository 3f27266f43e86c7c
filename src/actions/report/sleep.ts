import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import type { Step } from '../../runner/step.ts';

/** Says that nothing runs in an environment while it sleeps: what is declared there looks alive, and is not. */
export function saySleep(step: Step, environment: Environment | undefined): void {
  if (environment === undefined) return;
  const why = whyAsleep(environment);
  if (why !== undefined) step.warn(`${why.charAt(0).toUpperCase()}${why.slice(1)}.`);
  if (why !== undefined || !environment.hibernates) return;
  const text = `The environment ${environment.name} hibernates when it gets no requests. Its background processes stop with it.`;
  step.warn(text);
}
