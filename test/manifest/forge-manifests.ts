import type { ManifestCases } from './manifests.ts';

const one = (fields: string): string => `servers: { web-1: [{ command: php artisan x${fields} }] }`;

/** Both the JSON Schema and the parser must take these for good or bad alike. */
export const cases: ManifestCases = {
  'the documented example': [
    `
servers:
  web-1:
    - name: horizon
      command: php8.4 artisan horizon
      directory: /home/forge/shop.example/current
      user: forge
      processes: 1
`,
  ],
  'a server without processes': ['servers: { web-1: [] }'],
  'a server by its id': ['servers: { 7: [{ command: php artisan x }] }'],
  'every key': [
    one(
      ', name: x, directory: /x, user: root, site: shop.example, processes: 12, startsecs: 0, stopwaitsecs: 60, stopsignal: SIGTERM',
    ),
  ],
  'a Cloud manifest': [
    'instances: { App: [] }',
    'm.yml:1:1: this is not a manifest: it has no key "servers"',
  ],
  'no server': ['servers: {}', 'm.yml:1:10: servers: must name at least one server, such as web-1'],
  'a process without a command': [
    'servers: { web-1: [{ user: forge }] }',
    'm.yml:1:20: servers.web-1[0].command: is needed, for example "php8.4 artisan horizon"',
  ],
  'an unknown key': [one(', dir: /x'), 'm.yml:1:46: servers.web-1[0]: "dir" is not a key of a process'],
  ...Object.fromEntries(
    ['0', '-1', '1.5', '"2"', 'null', 'true'].map((value) => [
      `processes: ${value}`,
      [one(`, processes: ${value}`), 'servers.web-1[0].processes: must be a whole number of at least 1'],
    ]),
  ),
  ...Object.fromEntries(
    ['startsecs', 'stopwaitsecs'].map((key) => [
      `${key} beyond a day`,
      [one(`, ${key}: 86401`), `servers.web-1[0].${key}: must be a whole number from 0 to 86400`],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({
      name: 'horizon',
      directory: '/home/forge/shop.example/current',
      user: 'forge',
      site: 'shop.example or an id in quotation marks',
      stopsignal: 'SIGTERM',
    }).flatMap(([key, example]) =>
      Object.entries({
        5: 'text: put it in quotation marks, "5"',
        null: `text such as ${example}, not nothing`,
        '""': `text such as ${example}, not ""`,
        '[a, b]': 'one text: "a b", not a list',
        '"a\\nb"': 'one line',
      }).map(([value, why]) => [
        `${key}: ${value}`,
        [one(`, ${key}: ${value}`), `servers.web-1[0].${key}: must be ${why}`],
      ]),
    ),
  ),
};

/** What no JSON Schema can tell. */
export const beyondSchema: ManifestCases = {
  'one process twice': [
    'servers:\n  web-1:\n    - { command: php artisan x, directory: /x }\n    - { command: php  artisan x, user: forge, directory: /x/ }\n',
    'm.yml:4:7: servers.web-1[1]: the process "php  artisan x" of user forge in /x/ is declared already, at m.yml:3:7; raise its processes',
  ],
  'the same command in another directory, of another user, or of a site': [
    'servers: { a: [{ command: x }, { command: x, directory: /y }, { command: x, user: root }, { command: x, site: z }] }',
  ],
  'two processes of one name': [
    'servers:\n  web-1:\n    - { name: x, command: php artisan x }\n    - { name: x, command: php artisan y }\n',
    'm.yml:4:15: servers.web-1[1].name: the process at m.yml:3:7 has this name already',
  ],
  'one name on two servers': ['servers: { a: [{ name: x, command: x }], b: [{ name: x, command: x }] }'],
};
