import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Rest, WorldTime } from '../../emulator/world-time.ts';
import { inputEnvironment, readActionMetadata } from './action-metadata.ts';
import { parseFileCommands, parseWorkflowOutput, type WorkflowCommand } from './runner-commands.ts';
import {
  FAKE_GITHUB_TOKEN,
  prepareFolders,
  removeFolders,
  runnerEnvironment,
  type StepFolders,
} from './step-environment.ts';

export { FAKE_GITHUB_TOKEN };

export const REPOSITORY_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const SKIP_PAUSES = fileURLToPath(new URL('skip-pauses.cjs', import.meta.url));

export interface ActionOptions {
  /** The folder of `action.yml`, relative to the root: `.`, `list`, `forge/list`. */
  action: string;
  inputs: Record<string, string>;
  /** Variables in addition to those of the runner. */
  env?: Record<string, string>;
  /** The folder of the actions; by default this repository. */
  root?: string;
  /** An existing folder as workspace; by default a new one. */
  workspace?: string;
  /** The files to write into the workspace, by relative path. */
  files?: Record<string, string>;
  /** The event in the file of `GITHUB_EVENT_PATH`. */
  event?: object;
  /** The time of the emulated world, in which the step's pauses take no real time; by default real time. */
  time?: WorldTime | undefined;
  /** Milliseconds until the step is killed; by default a minute. */
  timeoutMs?: number;
}

export interface StepRun {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  outputs: Record<string, string>;
  stdout: string;
  stderr: string;
  /** The standard output without workflow commands. */
  log: string;
  commands: WorkflowCommand[];
  errors: string[];
  warnings: string[];
  notices: string[];
  masks: string[];
  summary: string;
  state: Record<string, string>;
  env: Record<string, string>;
  durationMs: number;
}

export interface RunningAction {
  child: ChildProcess;
  done: Promise<StepRun>;
  /** Returns the output so far: stdout and stderr in the order of arrival. */
  output(): string;
}

export async function runAction(options: ActionOptions): Promise<StepRun> {
  return startAction(options).done;
}

/** Starts an action as the runner does. Returns the child process, too, for tests that send signals. */
export function startAction(options: ActionOptions): RunningAction {
  const metadata = readActionMetadata(options.root ?? REPOSITORY_ROOT, options.action);
  const folders = prepareFolders(options);
  const runner = runnerEnvironment(folders, options.env ?? {});
  const env = { ...inputEnvironment(metadata, options.inputs, FAKE_GITHUB_TOKEN), ...runner };
  const started = performance.now();
  const skipping = options.time === undefined ? [] : ['--require', SKIP_PAUSES];
  if (options.time !== undefined) Object.assign(env, { WORLD_AHEAD: String(options.time.ahead) });
  const child = spawn(process.execPath, [...skipping, metadata.main], {
    cwd: folders.workspace,
    env,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.time === undefined ? [] : (['ipc'] as const))],
  });
  const leave = options.time === undefined ? () => undefined : share(options.time, child);
  const captured = capture(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const done = new Promise<StepRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      const durationMs = performance.now() - started;
      try {
        resolve(collect({ exitCode, signal, durationMs, folders, ...captured.texts() }));
      } catch (error) {
        reject(error);
      }
    });
  }).finally(() => {
    clearTimeout(timer);
    removeFolders(folders);
    // The test continues first, before the time moves on without this step.
    setImmediate(leave);
  });
  return { child, done, output: captured.all };
}

/** Makes a step share the time of a world. Returns a function that ends the sharing. */
function share(time: WorldTime, child: ChildProcess): () => void {
  const party = time.join((ahead) => {
    if (child.connected) child.send({ ahead }, () => undefined);
  });
  child.on('message', ({ rest }: { rest: Rest | null }) => party.rests(rest ?? undefined));
  return party.leave;
}

function capture(child: ChildProcess): { all(): string; texts(): { stdout: string; stderr: string } } {
  const chunks: { stream: 'stdout' | 'stderr'; bytes: Buffer }[] = [];
  // Decoded as a whole later, since a chunk may end in the middle of a character.
  child.stdout?.on('data', (bytes: Buffer) => chunks.push({ stream: 'stdout', bytes }));
  child.stderr?.on('data', (bytes: Buffer) => chunks.push({ stream: 'stderr', bytes }));
  const text = (stream?: 'stdout' | 'stderr') =>
    Buffer.concat(
      chunks.filter((chunk) => stream === undefined || chunk.stream === stream).map(({ bytes }) => bytes),
    ).toString('utf8');
  return { all: () => text(), texts: () => ({ stdout: text('stdout'), stderr: text('stderr') }) };
}

type Ended = Pick<StepRun, 'exitCode' | 'signal' | 'durationMs' | 'stdout' | 'stderr'>;

function collect({ folders, ...ended }: Ended & { folders: StepFolders }): StepRun {
  const parsed = parseWorkflowOutput(ended.stdout);
  // The runner executes commands on stderr, too.
  const commands = [...parsed.commands, ...parseWorkflowOutput(ended.stderr).commands];
  const messages = (name: string) =>
    commands.filter(({ command }) => command === name).map(({ message }) => message);
  return {
    ...ended,
    outputs: parseFileCommands(readFileSync(folders.output, 'utf8')),
    log: parsed.log,
    commands,
    errors: messages('error'),
    warnings: messages('warning'),
    notices: messages('notice'),
    masks: messages('add-mask'),
    summary: readFileSync(folders.summary, 'utf8'),
    state: parseFileCommands(readFileSync(folders.state, 'utf8')),
    env: parseFileCommands(readFileSync(folders.env, 'utf8')),
  };
}
