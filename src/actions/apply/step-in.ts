import { code, type Html, html } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import type { Block } from '../../runner/summary.ts';
import type { Session } from '../session.ts';

/** The part of a step that is about one environment. */
export interface StepIn {
  readonly session: Session;
  /** The outputs that were set so far. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What has not been said yet and belongs into the summary, under its name. */
  summary(): Html;
}

/** The whole step, where there is no other environment. */
export function wholeStep(session: Session): StepIn {
  const { step } = session;
  const outputs: Record<string, string> = {};
  const output = (set: Outputs): void => {
    Object.assign(outputs, set);
    step.output(set);
  };
  return { session: session.as({ ...step, output }), outputs, summary: () => html`` };
}

/**
 * One of several environments, which are worked on side by side: what it logs begins with its name, its outputs are not
 * the step's, and all waits together leave a pause between two looks.
 */
export function stepIn(session: Session, name: string): StepIn {
  const { step, pacer } = session;
  const outputs: Record<string, string> = {};
  const blocks: Block[] = [];
  const part: Step = {
    ...step,
    log: step.log.about(name),
    clock: {
      now: () => step.clock.now(),
      async sleep(ms, signal) {
        await step.clock.sleep(ms, signal);
        await pacer.turn(
          {},
          { cancelled: signal ?? step.cancelled, timeLeft: () => Number.POSITIVE_INFINITY },
        );
      },
    },
    output: (set: Outputs) => Object.assign(outputs, set),
    headline: () => undefined,
    summarize: (block) => blocks.push(block),
    warn: (message, place) => step.warn(`${name}: ${message}`, place),
    doing: () => undefined,
    did: (subject, line, kind) => step.did(`${subject} of ${name}`, line && `${name}: ${line}`, kind),
  };
  return {
    session: session.as(part),
    outputs,
    summary: () =>
      blocks.length === 0
        ? html``
        : html`<h4>${code(name)}</h4>${blocks.map((block) => (typeof block === 'function' ? block() : block))}`,
  };
}
