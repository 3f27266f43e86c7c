export interface ManifestCase {
  readonly title: string;
  readonly text: string;
  /** What each problem says, in order, place included; none for a good manifest. */
  readonly problems: readonly string[];
}

/** Both the JSON Schema and the parser must take these for good or bad alike. */
export const cases: readonly ManifestCase[] = [
  {
    title: 'the documented example',
    text: `
instances:
  App:
    - type: worker
      processes: 2
      config: { connection: redis, queue: "high,default", tries: 3 }
    - type: custom
      command: php artisan reverb:start
`,
    problems: [],
  },
  { title: 'an instance without processes', text: 'instances: { App: [] }', problems: [] },
  { title: 'JSON', text: '{"instances": {"App": [{"type": "worker", "config": {}}]}}', problems: [] },
  { title: 'an id as a name', text: 'instances: { inst-1: [{ type: worker }] }', problems: [] },
  {
    title: 'every option',
    text: 'instances: { App: [{ type: worker, config: { connection: c, queue: q, tries: 0, backoff: 1, sleep: 2, rest: 3, timeout: 4, force: true } }] }',
    problems: [],
  },
  {
    title: 'anchors and aliases',
    text: 'instances:\n  A: &list\n    - &w { type: worker }\n  B: *list\n  C: [*w]\n',
    problems: [],
  },
  { title: 'nothing', text: '', problems: ['m.yml:1:1: the file is empty'] },
  { title: 'a list', text: '- a', problems: ['m.yml:1:1: this is not a manifest'] },
  {
    title: 'a list of what a manifest has',
    text: '[{ instances: {} }]',
    problems: ['m.yml:1:1: a manifest must be a mapping with instances, not a list'],
  },
  { title: 'no instances', text: 'a: 1', problems: ['m.yml:1:1: this is not a manifest'] },
  {
    title: 'instances under another name',
    text: 'instance: 1',
    problems: ['m.yml:1:1: "instance" is not a key', 'm.yml:1:1: instances: is missing'],
  },
  {
    title: 'instances of nothing',
    text: 'instances:',
    problems: ['instances: must name at least one instance'],
  },
  {
    title: 'instances as a list',
    text: 'instances: [App]',
    problems: ['m.yml:1:12: instances: must name at least one'],
  },
  {
    title: 'no instance',
    text: 'instances: {}',
    problems: ['m.yml:1:12: instances: must name at least one'],
  },
  {
    title: 'an instance without a list',
    text: 'instances:\n  App:\n',
    problems: ['m.yml:2:7: instances.App: must be a list of processes, not nothing; write [] for none'],
  },
  {
    title: 'an instance with one process instead of a list',
    text: 'instances:\n  App: { type: worker }\n',
    problems: ['m.yml:2:8: instances.App: must be a list of processes, not a mapping'],
  },
  {
    title: 'a process that is text',
    text: 'instances:\n  App:\n    - worker\n',
    problems: [
      'm.yml:3:7: instances.App[0]: a process must be a mapping with type, processes, command, config, not "worker"',
    ],
  },
  {
    title: 'an empty process',
    text: 'instances:\n  App:\n    -\n    - {}\n',
    problems: [
      'm.yml:3:6: instances.App[0]: a process must be a mapping',
      'm.yml:4:7: instances.App[1].type: is needed: worker or custom',
    ],
  },
  {
    title: 'an unknown type',
    text: 'instances:\n  App:\n    - type: daemon\n',
    problems: ['m.yml:3:13: instances.App[0].type: must be worker or custom, not "daemon"'],
  },
  {
    title: 'an unknown key',
    text: 'instances:\n  App:\n    - type: worker\n      replicas: 2\n',
    problems: ['m.yml:4:7: instances.App[0]: "replicas" is not a key of a process'],
  },
  ...['0', '11', '-1', '1.5', '"2"', 'two', 'null', 'true', '[1]', '.inf', '.nan', '1e3'].map((value) => ({
    title: `processes: ${value}`,
    text: `instances: { App: [{ type: worker, processes: ${value} }] }`,
    problems: ['m.yml:1:47: instances.App[0].processes: must be a whole number from 1 to 10'],
  })),
  ...['1', '10', '0x2', '2.0', '0o7'].map((value) => ({
    title: `processes: ${value}`,
    text: `instances: { App: [{ type: worker, processes: ${value} }] }`,
    problems: [],
  })),
  {
    title: 'a worker with a command',
    text: 'instances: { App: [{ type: worker, command: xyz }] }',
    problems: ['m.yml:1:36: instances.App[0].command: is for type: custom'],
  },
  {
    title: 'a custom process without a command',
    text: 'instances: { App: [{ type: custom }] }',
    problems: ['m.yml:1:20: instances.App[0].command: is needed for type: custom'],
  },
  {
    title: 'a custom process with config',
    text: 'instances: { App: [{ type: custom, command: xyz, config: {} }] }',
    problems: ['m.yml:1:50: instances.App[0].config: is for type: worker'],
  },
  ...[
    ['""', 'must be text'],
    ['" "', 'must be text'],
    ['5', 'must be text: put it in quotation marks, "5"'],
    ['null', 'must be text'],
    ['[php, artisan, horizon]', 'must be one text: "php artisan horizon", not a list'],
  ].map(([value, why]) => ({
    title: `command: ${value}`,
    text: `instances: { App: [{ type: custom, command: ${value} }] }`,
    problems: [`m.yml:1:45: instances.App[0].command: ${why}`],
  })),
  {
    title: 'a key without a value between { and }',
    text: 'instances: { App: [{ type: worker, processes: }] }',
    problems: ['m.yml:1:47: instances.App[0].processes: must be a whole number'],
  },
  ...['x', '" xy "', '"php artisan x\\nphp artisan y"', 'x'.repeat(501)].map((value) => ({
    title: `command: ${value}`,
    text: `instances: { App: [{ type: custom, command: ${value} }] }`,
    problems: ['m.yml:1:45: instances.App[0].command: must '],
  })),
  ...['null', 'text', '[]', '5'].map((value) => ({
    title: `config: ${value}`,
    text: `instances: { App: [{ type: worker, config: ${value} }] }`,
    problems: ['m.yml:1:44: instances.App[0].config: must be an object'],
  })),
  ...[
    ['tries', '"3"'],
    ['tries', '-1'],
    ['tries', '1.5'],
    ['tries', '9007199254740993'],
    ['sleep', 'null'],
    ['queue', '5'],
    ['queue', '""'],
    ['connection', '" "'],
    ['connection', '{}'],
    ['force', '1'],
    ['force', '"yes"'],
    ['name', 'x'],
    ['max-jobs', '5'],
    ['__proto__', '5'],
  ].map(([key = '', value = '']) => ({
    title: `config: { ${key}: ${value} }`,
    text: `instances: { App: [{ type: worker, config: { ${key}: ${value} } }] }`,
    problems: [
      `m.yml:1:${key === '__proto__' || key === 'name' || key === 'max-jobs' ? 46 : 48 + key.length}: instances.App[0].config.${key}: `,
    ],
  })),
];

/** What no JSON Schema can tell. */
export const beyondSchema: readonly ManifestCase[] = [
  {
    title: 'one custom process twice',
    text: 'instances:\n  App:\n    - { type: custom, command: php artisan x }\n    - { type: custom, command: php  artisan x, processes: 2 }\n',
    problems: [
      'm.yml:4:7: instances.App[1]: the custom process "php  artisan x" is declared already, at m.yml:3:7',
    ],
  },
  {
    title: 'one worker twice, once without its queue',
    text: 'instances:\n  App:\n    - type: worker\n    - type: worker\n      config: { queue: " default " }\n',
    problems: ['m.yml:4:7: instances.App[1]: the worker on queue default is declared already, at m.yml:3:7'],
  },
  {
    title: 'a worker of any connection next to one of a connection',
    text: 'instances: { App: [{ type: worker }, { type: worker, config: { connection: redis } }] }',
    problems: [],
  },
  {
    title: 'the same process on two instances',
    text: 'instances: { App: [{ type: worker }], workers: [{ type: worker }] }',
    problems: [],
  },
  {
    title: 'a key twice',
    text: 'instances:\n  App: []\n  App: []\n',
    problems: ['m.yml:3:3: instances: the key "App" is here a second time; it was given at m.yml:2:3'],
  },
  {
    title: 'an empty name',
    text: 'instances: { "": [] }',
    problems: ['instances: must name at least one', 'm.yml:1:14: instances: a key must be text'],
  },
  {
    title: 'a name that is a list',
    text: 'instances: { [a]: [] }',
    problems: ['instances: must name at least one', 'instances: a key must be text'],
  },
  { title: 'broken YAML', text: 'instances: [', problems: ['m.yml:1:13: '] },
  { title: 'a tab as indentation', text: 'instances:\n\tApp: []\n', problems: ['m.yml:2:1: '] },
  {
    title: 'a second document',
    text: 'instances: { App: [] }\n---\na: 1\n',
    problems: ['a second document begins'],
  },
  {
    title: 'a tag of its own',
    text: 'instances: { App: [{ type: custom, command: !env NAME }] }',
    problems: ['m.yml:1:45: Unresolved tag: !env'],
  },
  {
    title: 'an alias without an anchor',
    text: 'instances: { App: *other }',
    problems: [
      'm.yml:1:14: instances.App: must be a list of processes',
      'm.yml:1:19: no anchor &other stands before this alias',
    ],
  },
  {
    title: 'an alias to itself',
    text: 'instances:\n  App: &a [*a]\n',
    problems: ['instances.App[0]: a process must be a mapping'],
  },
  {
    title: 'a merge key',
    text: 'instances: { App: [{ type: worker, <<: {} }] }',
    problems: [
      'm.yml:1:36: instances.App[0]: merge keys (<<) are not supported; use an alias for the whole value',
    ],
  },
];
