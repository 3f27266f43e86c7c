import { expect, test } from 'vitest';
import { writeCloudManifest } from '../../src/cloud/manifest.ts';
import { CloudStore } from '../../src/cloud/store.ts';
import { json, scriptedClient } from '../support/test-client.ts';

test('150,000 odd resources in a list are read, and left out of a manifest', async () => {
  const odd = Array.from({ length: 150_000 }, (_, n) => ({ id: `p-${n}`, attributes: 5 }));
  const { client, clock } = scriptedClient([json(200, { data: odd })]);
  const { processes } = await clock.run(new CloudStore(client, 'inst-1').list());
  expect(processes.filter(({ doubt }) => doubt !== undefined)).toHaveLength(150_000);
  const instance = { id: 'inst-1', name: 'App', type: 'app', processes };
  const manifest = writeCloudManifest([instance], { schemaUrl: 'x', notes: [] });
  expect(manifest.split('\n').length).toBeGreaterThan(150_000);
});
