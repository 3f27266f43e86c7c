import type { CloudInstance } from './cloud-records.ts';
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

interface Fleet {
  /** The number of environments: production and staging, then previews of branches `feature/N`. */
  environments: number;
  /** Adds the processes on the App cluster of each environment. */
  fill?: (instance: CloudInstance, environment: string) => void;
}

/** Sets up a shop with many environments, each with its App cluster and its own branch. */
export function seedFleet({ cloud }: Pick<Emulator, 'cloud'>, { environments, fill }: Fleet) {
  const application = cloud.addApplication({ name: 'shop', repository: 'acme/shop' });
  const members = Array.from({ length: environments }, (_, index) => {
    const [name = `preview-${index - 1}`, branch = `feature/${index - 1}`] =
      [
        ['production', 'main'],
        ['staging', 'develop'],
      ][index] ?? [];
    const environment = cloud.addEnvironment(application, { name, branch });
    const instance = cloud.addInstance(environment);
    fill?.(instance, name);
    return { environment, instance };
  });
  return { application, members };
}
