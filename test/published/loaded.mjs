// Loaded into a process that is not timed: leaves the list of files that it loaded where FILES_LOADED says.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const urls = [];
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) urls.push(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => {
  writeFileSync(process.env.FILES_LOADED, JSON.stringify(urls));
});
