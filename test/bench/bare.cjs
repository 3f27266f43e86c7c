// The least that a script can do for each case: what the actions are measured against. Its API, token and instance come
// in the environment; what to do, as arguments: where to find the instance, and how many processes to create.
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

async function findInstance() {
  const [application] = (await call('GET', '/applications')).data;
  const environments = await call('GET', `/applications/${application.id}/environments?include=branch`);
  const at = `/environments/${environments.data[0].id}/instances?include=backgroundProcesses`;
  return (await call('GET', at)).data[0].id;
}

async function run() {
  const id = find === 'by-name' ? await findInstance() : process.env.BARE_INSTANCE;
  const processes = `/instances/${id}/background-processes`;
  if (find === 'by-id') await call('GET', processes);
  if (created === '0') return;
  const creates = Array.from({ length: Number(created) }, (_, n) =>
    call('POST', processes, { type: 'worker', processes: 1, config: { queue: `q${n}` } }),
  );
  await Promise.all(creates);
  // That they are there, and once, is looked at afterwards.
  if (find !== 'not') await call('GET', processes);
}

run().then(() => agent.destroy());
