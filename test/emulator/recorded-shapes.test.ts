import { expect, test } from 'vitest';
import { loadContract } from './contract.ts';
import { seedShop } from './seed.ts';
import { startEmulator } from './server.ts';

test('every call of both contracts is answered in the recorded shape', async () => {
  const emulator = await startEmulator();
  const { cloud, forge } = emulator;
  const { application, environment, instance, server } = seedShop(emulator);
  cloud.addManagedQueue(environment);
  const worker = cloud.addProcess(instance, { type: 'worker', config: { queue: 'high', sleep: 3 } });
  const deployment = cloud.deployed(environment);
  const command = cloud.addCommand(environment, 'php artisan about');
  const daemon = forge.addProcess(server, { command: 'php8.4 artisan horizon' });
  const now = new Date().toISOString();

  const processes = `/instances/${instance.id}/background-processes`;
  const one = `/background-processes/${worker.id}`;
  const inEnvironment = `/environments/${environment.id}`;
  const onServer = `/orgs/acme/servers/${server.id}`;
  const daemons = `${onServer}/background-processes`;
  const instanceIncludes = 'include=environment,backgroundProcesses';
  const calls: [method: string, path: string, body?: object][] = [
    ['GET', '/applications'],
    ['GET', `/applications/${application.id}/environments?include=branch`],
    ['GET', inEnvironment],
    ['GET', `${inEnvironment}/instances?${instanceIncludes}`],
    ['GET', `/instances/${instance.id}?${instanceIncludes}`],
    ['GET', `${inEnvironment}/logs?from=2026-01-01T00:00:00Z&to=${now}`],
    ['GET', `${processes}?include=instance`],
    ['POST', processes, { type: 'custom', command: 'php artisan horizon', processes: 1 }],
    ['GET', `${one}?include=instance`],
    ['PATCH', one, { processes: 2 }],
    ['DELETE', one],
    ['GET', `${inEnvironment}/deployments`],
    ['POST', `${inEnvironment}/deployments`],
    ['GET', `/deployments/${deployment.id}`],
    ['GET', `/deployments/${deployment.id}/logs`],
    ['GET', `${inEnvironment}/commands`],
    ['POST', `${inEnvironment}/commands`, { command: 'php artisan about' }],
    ['GET', `/commands/${command.id}`],
    ['GET', '/orgs/acme/servers'],
    ['GET', `${onServer}/sites`],
    ['GET', `${daemons}?page[size]=1`],
    ['POST', daemons, { name: 'a', command: 'php8.4 artisan a', user: 'forge', processes: 1 }],
    ['GET', `${daemons}/${daemon.id}`],
    ['POST', `${daemons}/${daemon.id}/actions`, { action: 'restart' }],
    ['DELETE', `${daemons}/${daemon.id}`],
  ];
  const reached = new Set<string>();
  for (const [method, path, body] of calls) {
    const contract = await loadContract(path.startsWith('/orgs') ? 'laravel-forge' : 'laravel-cloud');
    const operation = contract.operationOf(method, `/api${path.split('?')[0]}`) ?? path;
    reached.add(operation);
    const headers = { Authorization: `Bearer ${emulator.token}`, 'Content-Type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${emulator.url}${path}`, { method, headers, ...sent });
    const text = await response.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    expect(response.status, `${method} ${path}`).toBeLessThan(300);
    expect(contract.checkResponse(operation, response.status, answer), `${method} ${path}`).toEqual([]);
  }
  const known = await Promise.all([loadContract('laravel-cloud'), loadContract('laravel-forge')]);
  expect([...reached].toSorted()).toEqual(known.flatMap(({ operations }) => operations).toSorted());
  await emulator.close();
});
