import { fail, readArguments, wholeNumber } from '../../scripts/arguments.ts';
import { describeRequest } from './recorded-request.ts';
import { seedShop } from './seed.ts';
import { startEmulator } from './server.ts';

const { values } = readArguments({
  usage: 'npm run emulator -- [--port 4010]',
  help: `Runs an emulator of Laravel Cloud and Laravel Forge on this machine, and shows each request. Ctrl+C ends it.
Without --port, or the variable PORT, it takes a free port.`,
  options: { port: { type: 'string' } },
});
const port = wholeNumber(values.port ?? (process.env['PORT'] || '0'), 'a port', 0, 65_535);

const emulator = await startEmulator({
  port,
  onRequest: (request) => {
    console.log(describeRequest(request));
    for (const violation of request.violations) console.log(`  against the contract: ${violation}`);
  },
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE')
    fail(`Port ${port} is in use. End what listens there, or choose another with --port.`);
  throw error;
});
const { application, environment, instance, server, site } = seedShop(emulator);

console.log(`api-url        ${emulator.url}`);
console.log(`token          ${emulator.token}`);
console.log(`Laravel Cloud  application ${application.slug} (${application.id}), repository acme/shop`);
console.log(
  `               environment ${environment.slug} (${environment.id}), branch ${environment.branch}`,
);
console.log(`               instance ${instance.name} (${instance.id})`);
console.log(
  `Forge          organization acme, server ${server.name} (${server.id}), site ${site.name} (${site.id})`,
);
console.log('Requests follow; Ctrl+C ends.');

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void emulator.close().then(() => process.exit(0)));
}
