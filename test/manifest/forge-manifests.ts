import type { ManifestCase } from './manifests.ts';

const one = (fields: string): string => `servers: { web-1: [{ command: php artisan x${fields} }] }`;

/** Both the JSON Schema and the parser must take these for good or bad alike. */
export const cases: readonly ManifestCase[] = [
  {
    title: 'the documented example',
    text: `
servers:
  web-1:
    - name: horizon
      command: php8.4 artisan horizon
      directory: /home/forge/shop.example/current
      user: forge
      processes: 1
`,
    problems: [],
  },
  { title: 'a server without processes', text: 'servers: { web-1: [] }', problems: [] },
  { title: 'a server by its id', text: 'servers: { 7: [{ command: php artisan x }] }', problems: [] },
  {
    title: 'every key',
    text: one(
      ', name: x, directory: /x, user: root, site: shop.example, processes: 12, startsecs: 0, stopwaitsecs: 60, stopsignal: SIGTERM',
    ),
    problems: [],
  },
  {
    title: 'a Cloud manifest',
    text: 'instances: { App: [] }',
    problems: ['m.yml:1:1: this is not a manifest: it has no key "servers"'],
  },
  {
    title: 'no server',
    text: 'servers: {}',
    problems: ['m.yml:1:10: servers: must name at least one server, such as web-1'],
  },
  {
    title: 'a process without a command',
    text: 'servers: { web-1: [{ user: forge }] }',
    problems: ['m.yml:1:20: servers.web-1[0].command: is needed, for example "php8.4 artisan horizon"'],
  },
  {
    title: 'an unknown key',
    text: one(', dir: /x'),
    problems: ['m.yml:1:46: servers.web-1[0]: "dir" is not a key of a process'],
  },
  ...['0', '-1', '1.5', '"2"', 'null', 'true'].map((value) => ({
    title: `processes: ${value}`,
    text: one(`, processes: ${value}`),
    problems: ['servers.web-1[0].processes: must be a whole number of at least 1'],
  })),
  ...['startsecs', 'stopwaitsecs'].map((key) => ({
    title: `${key} beyond a day`,
    text: one(`, ${key}: 86401`),
    problems: [`servers.web-1[0].${key}: must be a whole number from 0 to 86400`],
  })),
  ...['name', 'directory', 'user', 'site', 'stopsignal'].flatMap((key) =>
    ['5', 'null', '""', '[a]', '"a\\nb"'].map((value) => ({
      title: `${key}: ${value}`,
      text: one(`, ${key}: ${value}`),
      problems: [`servers.web-1[0].${key}: must be `],
    })),
  ),
];

/** What no JSON Schema can tell. */
export const beyondSchema: readonly ManifestCase[] = [
  {
    title: 'one process twice',
    text: 'servers:\n  web-1:\n    - { command: php artisan x, directory: /x }\n    - { command: php  artisan x, user: forge, directory: /x/ }\n',
    problems: [
      'm.yml:4:7: servers.web-1[1]: the process "php  artisan x" of user forge in /x/ is declared already, at m.yml:3:7; raise its processes',
    ],
  },
  {
    title: 'the same command in another directory, of another user, or of a site',
    text: 'servers: { a: [{ command: x }, { command: x, directory: /y }, { command: x, user: root }, { command: x, site: z }] }',
    problems: [],
  },
  {
    title: 'two processes of one name',
    text: 'servers:\n  web-1:\n    - { name: x, command: php artisan x }\n    - { name: x, command: php artisan y }\n',
    problems: ['m.yml:4:15: servers.web-1[1].name: the process at m.yml:3:7 has this name already'],
  },
  {
    title: 'one name on two servers',
    text: 'servers: { a: [{ name: x, command: x }], b: [{ name: x, command: x }] }',
    problems: [],
  },
];
