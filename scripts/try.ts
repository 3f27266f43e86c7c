import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { didYouMean } from '../src/names.ts';
import { startAction } from '../test/e2e/harness/run-action.ts';
import { seedShop } from '../test/emulator/seed.ts';
import { DEFAULT_TOKEN, startEmulator } from '../test/emulator/server.ts';
import { actionFolders, actionYml } from './action-folders.ts';
import { fail, readArguments } from './arguments.ts';
import { showLine, showResult } from './show-run.ts';

interface Input {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

interface Action {
  readonly name: string;
  readonly folder: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, Input>>;
}

/** The name of the root action in this script. */
const rootName = 'ensure';

const actions = await Promise.all((await actionFolders()).map(readAction));
const [name = 'help', ...rest] = process.argv.slice(2);
const usage = 'npm run try -- <action> --<input> <value> ...';
if (name === 'help' || name.startsWith('-'))
  readArguments({ usage, help: overview(actions) }, name === 'help' ? ['--help'] : [name]);
const action = find(name, actions);
await run(action, readInputs(action, rest));

async function run(action: Action, inputs: Readonly<Record<string, string>>): Promise<void> {
  const port = process.env['PORT'];
  if (port) await expectEmulator(port);
  // An emulator that ends with the step.
  const own = inputs['api-url'] === undefined && !port ? await startEmulator() : undefined;
  if (own !== undefined) seedShop(own);
  const reach = { token: DEFAULT_TOKEN, 'api-url': own?.url ?? `http://127.0.0.1:${port}/api` };
  const step = startAction({
    action: action.folder === '' ? '.' : action.folder,
    inputs: { ...reach, ...inputs },
    workspace: resolve(process.env['INIT_CWD'] ?? '.'),
    timeoutMs: 3_600_000,
  });
  // Ctrl+C reaches the step, too, which then ends as on a runner.
  process.on('SIGINT', () => undefined);
  if (step.child.stdout !== null)
    for await (const line of createInterface({ input: step.child.stdout })) showLine(line);
  const done = await step.done;
  showResult(done, own?.requests ?? []);
  process.exitCode = done.exitCode ?? 1;
  await own?.close();
}

async function expectEmulator(port: string): Promise<void> {
  try {
    await fetch(`http://127.0.0.1:${port}/api/meta/organization`);
  } catch {
    const start = `npm run emulator -- --port ${port}`;
    fail(`No emulator listens on port ${port}. Start it in another terminal: ${start}`);
  }
}

function readInputs(action: Action, args: readonly string[]): Readonly<Record<string, string>> {
  const options = Object.fromEntries(
    Object.keys(action.inputs).map((name) => [name, { type: 'string' }] as const),
  );
  // A flag needs no value.
  const isSwitch = (arg: string, next = '--') => /^--[^=]+$/.test(arg) && next.startsWith('--');
  const { values } = readArguments(
    { usage: `npm run try -- ${action.name} --<input> <value> ...`, help: help(action), options },
    args.map((arg, index) => (arg !== '--help' && isSwitch(arg, args[index + 1]) ? `${arg}=true` : arg)),
  );
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function find(name: string, actions: readonly Action[]): Action {
  const action = actions.find((one) => one.name === name || (name === '.' && one.folder === ''));
  if (action !== undefined) return action;
  const names = actions.map((one) => one.name);
  const near = didYouMean(name, names);
  return fail(`There is no action "${name}". ${near} The actions are ${names.join(', ')}.`);
}

async function readAction(folder: string): Promise<Action> {
  const { description, inputs } = await actionYml(folder);
  return { name: folder === '' ? rootName : folder, folder, description: String(description), inputs };
}

function overview(actions: readonly Action[]): string {
  const lines = actions.map(({ name, description }) => `  ${name.padEnd(14)}${description}`);
  return `Runs an action with inputs from the command line against an emulator of Laravel Cloud and Laravel Forge.
npm run try -- <action> --help shows the inputs of one.

Actions:
${lines.join('\n')}

The emulator knows the application shop (repository acme/shop) with the environment production (branch main) and
its instance App, and the organization acme with the server web-1 and its site shop.example. It ends with the step.
To keep one, run it in another terminal, and name its port: npm run emulator -- --port 4010, PORT=4010 npm run try -- ...

Examples:
  npm run try -- ensure --environment main --processes 2
  npm run try -- apply --environment main --manifest scripts/demo-manifest.yml --dry-run
  npm run try -- forge --organization acme --server web-1 --command "php8.4 artisan horizon"`;
}

function help({ name, description, inputs }: Action): string {
  const lines = Object.entries(inputs).map(([input, { description: text, default: fallback, required }]) => {
    const also = fallback === undefined ? '' : ` (default: ${fallback})`;
    return `  --${input}${required === true ? ' (required)' : also}\n${wrapped(text.replaceAll('`', ''))}`;
  });
  return `${name}: ${description}\n\n${lines.join('\n')}`;
}

/** Wraps a text into indented lines of at most 100 characters. */
function wrapped(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(.{1,94})(?: |$)/g, '      $1\n')
    .trimEnd();
}
