import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const usualNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

export const noChromium =
  `There is no Chromium (${usualNames.join(', ')}) on the PATH. Install it, on Debian with ` +
  '`apt-get install chromium fonts-noto-core fonts-liberation fonts-noto-color-emoji`, ' +
  'or set CHROMIUM to the path of one.';

/**
 * Returns the path of Chromium: from the variable `CHROMIUM`, or a usual name on the `PATH`; undefined if there is
 * none.
 */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['CHROMIUM'] ?? '';
  if (named !== '') return named;
  const folders = (env['PATH'] ?? '').split(delimiter);
  return usualNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(mayRun);
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The device scale, for screens of high resolution. */
const scale = 1.5;

/** Takes a picture of a page with the given width, and the height that the page reports. */
export function photograph(chromium: string, page: string, width: number, picture: string): void {
  const run = (...args: string[]): string =>
    execFileSync(chromium, [...flags(), ...args, page], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const dom = run(`--window-size=${width},1000`, '--dump-dom');
  const height = /<html data-height="(\d+)"/.exec(dom)?.[1];
  if (height === undefined) throw new Error(`${chromium} did not say how high ${page} is`);
  run(`--window-size=${width},${height}`, `--force-device-scale-factor=${scale}`, `--screenshot=${picture}`);
}

function flags(): string[] {
  // Chromium's sandbox does not work for root, the user of most containers.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return ['--headless', '--disable-gpu', '--hide-scrollbars', ...sandbox];
}
