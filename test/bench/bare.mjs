// The least that a script can do to create a background process: what the actions are measured against.
import http from 'node:http';

const body = JSON.stringify({ type: 'worker', processes: 1 });
const request = http.request(
  `${process.env.BARE_API_URL}/instances/${process.env.BARE_INSTANCE}/background-processes`,
  {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.BARE_TOKEN}`,
      accept: 'application/vnd.api+json, application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  },
  (response) => {
    let text = '';
    response.on('data', (chunk) => {
      text += chunk;
    });
    response.on('end', () => console.log(JSON.parse(text).data.id));
  },
);
request.end(body);
