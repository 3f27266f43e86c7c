// The least that a script can do for each case: what the actions are measured against. Its API, token and instance come
// in the environment; what to do, as arguments: where to find the instances, and how many processes to create on each.
const url = new URL(process.env.BARE_API_URL);
const client = url.protocol === 'https:' ? require('node:https') : require('node:http');
const agent = new client.Agent({ keepAlive: true, maxSockets: 6 });
const [, , find, created] = process.argv;

function call(method, path, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${process.env.BARE_TOKEN}`,
    accept: 'application/vnd.api+json, application/json',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const request = client.request(url.href + path, { method, headers, agent }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => resolve(JSON.parse(answer)));
    });
    request.on('error', reject);
    request.end(text);
  });
}

async function findInstances() {
  const [application] = (await call('GET', '/applications')).data;
  const environments = [];
  let next = `/applications/${application.id}/environments?include=branch`;
  while (next) {
    const page = await call('GET', next);
    environments.push(...page.data);
    next = page.links?.next?.replace(/^.*?\/api(?=\/)/, '');
  }
  const wanted = find === 'in-all' ? environments : environments.slice(0, 1);
  const instances = wanted.map(async ({ id }) => {
    const page = await call('GET', `/environments/${id}/instances?include=backgroundProcesses`);
    return page.data[0].id;
  });
  return await Promise.all(instances);
}

async function run() {
  const isNamed = find === 'by-name' || find === 'in-all';
  const instances = isNamed ? await findInstances() : [process.env.BARE_INSTANCE];
  const each = (send) => Promise.all(instances.map((id) => send(`/instances/${id}/background-processes`)));
  if (find === 'by-id') await each((processes) => call('GET', processes));
  if (created === '0') return;
  await each((processes) =>
    Promise.all(
      Array.from({ length: Number(created) }, (_, n) =>
        call('POST', processes, { type: 'worker', processes: 1, config: { queue: `q${n}` } }),
      ),
    ),
  );
  // That they are there, and once, is looked at afterwards.
  if (find !== 'not') await each((processes) => call('GET', processes));
}

run().then(() => agent.destroy());
