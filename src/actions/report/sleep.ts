import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import type { Step } from '../../runner/step.ts';

/** Warns that nothing runs in an environment while it sleeps: the list of its processes looks the same then. */
export function saySleep(step: Step, environment: Environment | undefined): void {
  if (environment === undefined) return;
  const why = whyAsleep(environment);
  if (why !== undefined) step.warn(`${why.charAt(0).toUpperCase()}${why.slice(1)}.`);
  if (why !== undefined || !environment.hibernates) return;
  const text = `The environment ${environment.name} hibernates when it gets no requests. Its background processes stop with it.`;
  step.warn(text);
}
