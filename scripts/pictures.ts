import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fail, readArguments } from './arguments.ts';
import { findChromium, noChromium, photograph } from './pictures/chromium.ts';
import { pageOf, themes } from './pictures/page.ts';
import { commentOfAPlan, summaryOfAnUpdate } from './pictures/scenes.ts';

readArguments({
  usage: 'npm run pictures',
  help: `Takes the pictures in docs/pictures: what dist writes against the emulator, as GitHub shows it.
It needs Chromium: on the PATH, or where the variable CHROMIUM says.`,
});

const chromium = findChromium(process.env) ?? fail(noChromium);
const pictures = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const pages = mkdtempSync(join(tmpdir(), 'pictures-'));
try {
  for (const shown of [await commentOfAPlan(), await summaryOfAnUpdate()]) {
    for (const theme of themes) {
      const page = join(pages, `${shown.name}-${theme}.html`);
      writeFileSync(page, pageOf(shown, theme));
      photograph(
        chromium,
        pathToFileURL(page).href,
        shown.width,
        join(pictures, `${shown.name}-${theme}.png`),
      );
    }
  }
} finally {
  rmSync(pages, { recursive: true });
}
console.log('The pictures in docs/pictures are up to date.');
