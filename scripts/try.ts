import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { didYouMean } from '../src/names.ts';
import { startAction } from '../test/e2e/harness/run-action.ts';
import { seedShop } from '../test/emulator/seed.ts';
import { DEFAULT_TOKEN, type Emulator, startEmulator } from '../test/emulator/server.ts';
import { actionFolders } from './action-folders.ts';
import { logLine, showResult, styled } from './show-run.ts';

// Runs an action with inputs from the command line, as a runner would, against an emulator.

interface Action {
  readonly name: string;
  readonly folder: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
}

/** Something on the command line is wrong; the message says what. */
class Misuse extends Error {}

const root = fileURLToPath(new URL('../', import.meta.url));
/** What the root action is called here. */
const rootName = 'ensure';

try {
  const actions = (await actionFolders()).map(readAction);
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || isHelp(name)) console.log(overview(actions));
  else {
    const action = find(name, actions);
    if (rest.some(isHelp)) console.log(help(action));
    else await run(action, readInputs(action, rest));
  }
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(styled('red', error.message));
  process.exitCode = 2;
}

async function run(action: Action, inputs: Readonly<Record<string, string>>): Promise<void> {
  const port = process.env['PORT'];
  if (port) await expectEmulator(port);
  const own = inputs['api-url'] === undefined && !port ? await startSeeded() : undefined;
  const reach = { token: DEFAULT_TOKEN, 'api-url': own?.url ?? `http://127.0.0.1:${port}/api` };
  const step = startAction({
    action: action.folder === '' ? '.' : action.folder,
    inputs: { ...reach, ...inputs },
    workspace: resolve(process.env['INIT_CWD'] ?? '.'),
    timeoutMs: 3_600_000,
  });
  // Ctrl+C reaches the step as well, which ends as it would on a runner.
  process.on('SIGINT', () => undefined);
  if (step.child.stdout !== null) {
    for await (const line of createInterface({ input: step.child.stdout })) {
      const shown = logLine(line);
      if (shown !== undefined) console.log(shown);
    }
  }
  const done = await step.done;
  showResult(done, own?.requests ?? []);
  process.exitCode = done.exitCode ?? 1;
  await own?.close();
}

async function expectEmulator(port: string): Promise<void> {
  try {
    await fetch(`http://127.0.0.1:${port}/api/meta/organization`);
  } catch {
    throw new Misuse(
      `No emulator listens on port ${port}. Start it in another terminal: PORT=${port} npm run emulator`,
    );
  }
}

/** An emulator that ends with the step. */
async function startSeeded(): Promise<Emulator> {
  const emulator = await startEmulator();
  seedShop(emulator);
  return emulator;
}

function readInputs(action: Action, args: readonly string[]): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {};
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, name = '', value] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    if (name === '') throw new Misuse(`"${arg}" is no input: write --name value`);
    if (action.inputs[name] === undefined) {
      const names = Object.keys(action.inputs);
      throw new Misuse(
        `${action.name} has no input "${name}". ${didYouMean(name, names)}\nIts inputs are ${names.join(', ')}`,
      );
    }
    // A switch needs no value.
    const follows = left[0] !== undefined && !left[0].startsWith('--');
    inputs[name] = value ?? (follows ? (left.shift() ?? '') : 'true');
  }
  return inputs;
}

function find(name: string, actions: readonly Action[]): Action {
  const action = actions.find((one) => one.name === name || (name === '.' && one.folder === ''));
  if (action !== undefined) return action;
  const names = actions.map((one) => one.name);
  throw new Misuse(
    `There is no action "${name}". ${didYouMean(name, names)}\nThe actions are ${names.join(', ')}`,
  );
}

function readAction(folder: string): Action {
  const { description, inputs } = parse(readFileSync(join(root, folder, 'action.yml'), 'utf8'));
  return { name: folder === '' ? rootName : folder, folder, description: String(description), inputs };
}

function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h' || arg === 'help';
}

function overview(actions: readonly Action[]): string {
  const lines = actions.map(({ name, description }) => `  ${name.padEnd(14)}${description}`);
  return `Runs an action with inputs from the command line against an emulator of Laravel Cloud and Laravel Forge.

  npm run try -- <action> --<input> <value> ...
  npm run try -- <action> --help

Actions:
${lines.join('\n')}

The emulator knows the application shop (repository acme/shop) with the environment production (branch main) and
its instance App, and the organization acme with the server web-1 and its site shop.example. It ends with the step.
To keep one, run it in another terminal, and name its port: PORT=4010 npm run emulator, PORT=4010 npm run try -- ...

Examples:
  npm run try -- ensure --environment main --processes 2
  npm run try -- apply --environment main --manifest scripts/demo-manifest.yml --dry-run
  npm run try -- forge --organization acme --server web-1 --command "php8.4 artisan horizon"`;
}

function help({ name, description, inputs }: Action): string {
  const lines = Object.entries(inputs).map(([input, { description: text, default: fallback }]) => {
    const also = fallback === undefined ? '' : ` (${fallback})`;
    return `  --${input}${also}\n      ${text.replaceAll('`', '')}`;
  });
  return `${name}: ${description}\n\n${lines.join('\n')}`;
}
