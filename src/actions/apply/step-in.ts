import { code, type Html, html } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import type { Block } from '../../runner/summary.ts';
import type { Session } from '../session.ts';

/** The part of a step for one environment. */
export interface StepIn {
  readonly session: Session;
  /** The outputs so far. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Returns the part's current activity, in words that follow "Cancelled while". */
  activity(): string;
  /** Returns the environment's part of the summary, under its name; empty if the step's own summary has it. */
  summary(): Html;
}

const firstActivity = 'reading the deployments';

/** Returns the part of a step that works on a single environment: the whole step. */
export function wholeStep(session: Session): StepIn {
  const { step } = session;
  const outputs: Record<string, string> = {};
  const output = (set: Outputs): void => {
    Object.assign(outputs, set);
    step.output(set);
  };
  let activity = firstActivity;
  const doing = (now: string): void => {
    activity = now;
    step.doing(now);
  };
  const part = session.as({ ...step, output, doing });
  return { session: part, outputs, activity: () => activity, summary: () => html`` };
}

/**
 * Returns the part of a step for one of several environments. Its log lines begin with the environment's name, its
 * outputs are separate, and its waits share the step's pacer.
 */
export function stepIn(session: Session, name: string): StepIn {
  const { step, pacer } = session;
  const outputs: Record<string, string> = {};
  const blocks: Block[] = [];
  let activity = firstActivity;
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
    doing: (now) => {
      activity = now;
    },
    did: (subject, line, kind) => step.did(`${subject} of ${name}`, line && `${name}: ${line}`, kind),
  };
  return {
    session: session.as(part),
    outputs,
    activity: () => activity,
    summary: () =>
      blocks.length === 0
        ? html``
        : html`<h4>${code(name)}</h4>${blocks.map((block) => (typeof block === 'function' ? block() : block))}`,
  };
}
