import type { Emulator } from './server.ts';

/** Sets up a small world: a shop on Laravel Cloud, and a server of the same owner on Forge. */
export function seedShop({ cloud, forge }: Pick<Emulator, 'cloud' | 'forge'>) {
  const application = cloud.addApplication({ name: 'shop', repository: 'acme/shop' });
  const environment = cloud.addEnvironment(application, { name: 'production', branch: 'main' });
  const instance = cloud.addInstance(environment, {
    name: 'App',
    type: 'app',
    minReplicas: 2,
    maxReplicas: 4,
  });
  forge.organizations.push('acme');
  const server = forge.addServer('acme', { name: 'web-1' });
  const site = forge.addSite(server, { name: 'shop.example' });
  return { application, environment, instance, server, site };
}
