import { describeRequest } from './recorded-request.ts';
import { seedShop } from './seed.ts';
import { startEmulator } from './server.ts';

const port = Number(process.env['PORT'] ?? '');
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  throw new Error(
    `PORT is ${process.env['PORT']}: give a number up to 65535, or 0 or nothing for a free port`,
  );
}

const emulator = await startEmulator({
  port,
  onRequest: (request) => {
    console.log(describeRequest(request));
    for (const violation of request.violations) console.log(`  against the contract: ${violation}`);
  },
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
