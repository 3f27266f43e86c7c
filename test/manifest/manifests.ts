/** By its title a manifest, and what each of its problems says, in order, place included; none for a good one. */
export type ManifestCases = Readonly<Record<string, readonly [text: string, ...problems: string[]]>>;

/** Both the JSON Schema and the parser must take these for good or bad alike. */
export const cases: ManifestCases = {
  'the documented example': [
    `
instances:
  App:
    - type: worker
      processes: 2
      config: { connection: redis, queue: "high,default", tries: 3 }
    - type: custom
      command: php artisan reverb:start
`,
  ],
  'an instance without processes': ['instances: { App: [] }'],
  JSON: ['{"instances": {"App": [{"type": "worker", "config": {}}]}}'],
  'an id as a name': ['instances: { inst-1: [{ type: worker }] }'],
  'every option': [
    'instances: { App: [{ type: worker, config: { connection: c, queue: q, tries: 0, backoff: 1, sleep: 2, rest: 3, timeout: 4, force: true } }] }',
  ],
  'anchors and aliases': ['instances:\n  A: &list\n    - &w { type: worker }\n  B: *list\n  C: [*w]\n'],
  nothing: ['', 'm.yml:1:1: the file is empty'],
  'a list': ['- a', 'm.yml:1:1: this is not a manifest'],
  'a list of what a manifest has': [
    '[{ instances: {} }]',
    'm.yml:1:1: a manifest must be a mapping with instances, not a list',
  ],
  'no instances': ['a: 1', 'm.yml:1:1: this is not a manifest'],
  'instances under another name': [
    'instance: 1',
    'm.yml:1:1: "instance" is not a key',
    'm.yml:1:1: instances: is missing',
  ],
  'instances of nothing': ['instances:', 'instances: must name at least one instance'],
  'instances as a list': ['instances: [App]', 'm.yml:1:12: instances: must name at least one'],
  'no instance': ['instances: {}', 'm.yml:1:12: instances: must name at least one'],
  'an instance without a list': [
    'instances:\n  App:\n',
    'm.yml:2:7: instances.App: must be a list of processes, not nothing; write [] for none',
  ],
  'an instance with one process instead of a list': [
    'instances:\n  App: { type: worker }\n',
    'm.yml:2:8: instances.App: must be a list of processes, not a mapping',
  ],
  'a process that is text': [
    'instances:\n  App:\n    - worker\n',
    'm.yml:3:7: instances.App[0]: a process must be a mapping with type, processes, command, config, not "worker"',
  ],
  'an empty process': [
    'instances:\n  App:\n    -\n    - {}\n',
    'm.yml:3:6: instances.App[0]: a process must be a mapping',
    'm.yml:4:7: instances.App[1].type: is needed: worker or custom',
  ],
  'an unknown type': [
    'instances:\n  App:\n    - type: daemon\n',
    'm.yml:3:13: instances.App[0].type: must be worker or custom, not "daemon"',
  ],
  'an unknown key': [
    'instances:\n  App:\n    - type: worker\n      replicas: 2\n',
    'm.yml:4:7: instances.App[0]: "replicas" is not a key of a process',
  ],
  ...Object.fromEntries(
    ['0', '11', '-1', '1.5', '"2"', 'two', 'null', 'true', '[1]', '.inf', '.nan', '1e3'].map((value) => [
      `processes: ${value}`,
      [
        `instances: { App: [{ type: worker, processes: ${value} }] }`,
        'm.yml:1:47: instances.App[0].processes: must be a whole number from 1 to 10',
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['1', '10', '0x2', '2.0', '0o7'].map((value) => [
      `processes: ${value}`,
      [`instances: { App: [{ type: worker, processes: ${value} }] }`],
    ]),
  ),
  'a worker with a command': [
    'instances: { App: [{ type: worker, command: xyz }] }',
    'm.yml:1:36: instances.App[0].command: is for type: custom',
  ],
  'a custom process without a command': [
    'instances: { App: [{ type: custom }] }',
    'm.yml:1:20: instances.App[0].command: is needed for type: custom',
  ],
  'a custom process with config': [
    'instances: { App: [{ type: custom, command: xyz, config: {} }] }',
    'm.yml:1:50: instances.App[0].config: is for type: worker',
  ],
  ...Object.fromEntries(
    [
      ['""', 'must be text'],
      ['" "', 'must be text'],
      ['5', 'must be text: put it in quotation marks, "5"'],
      ['null', 'must be text'],
      ['[php, artisan, horizon]', 'must be one text: "php artisan horizon", not a list'],
    ].map(([value, why]) => [
      `command: ${value}`,
      [
        `instances: { App: [{ type: custom, command: ${value} }] }`,
        `m.yml:1:45: instances.App[0].command: ${why}`,
      ],
    ]),
  ),
  'a key without a value between { and }': [
    'instances: { App: [{ type: worker, processes: }] }',
    'm.yml:1:47: instances.App[0].processes: must be a whole number',
  ],
  ...Object.fromEntries(
    ['x', '" xy "', '"php artisan x\\nphp artisan y"', 'x'.repeat(501)].map((value) => [
      `command: ${value}`,
      [
        `instances: { App: [{ type: custom, command: ${value} }] }`,
        'm.yml:1:45: instances.App[0].command: must ',
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['null', 'text', '[]', '5'].map((value) => [
      `config: ${value}`,
      [
        `instances: { App: [{ type: worker, config: ${value} }] }`,
        'm.yml:1:44: instances.App[0].config: must be an object',
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
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
    ].map(([key = '', value = '']) => [
      `config: { ${key}: ${value} }`,
      [
        `instances: { App: [{ type: worker, config: { ${key}: ${value} } }] }`,
        `m.yml:1:${key === '__proto__' || key === 'name' || key === 'max-jobs' ? 46 : 48 + key.length}: instances.App[0].config.${key}: `,
      ],
    ]),
  ),
};

/** What no JSON Schema can tell. */
export const beyondSchema: ManifestCases = {
  'one custom process twice': [
    'instances:\n  App:\n    - { type: custom, command: php artisan x }\n    - { type: custom, command: php  artisan x, processes: 2 }\n',
    'm.yml:4:7: instances.App[1]: the custom process "php  artisan x" is declared already, at m.yml:3:7',
  ],
  'one worker twice, once without its queue': [
    'instances:\n  App:\n    - type: worker\n    - type: worker\n      config: { queue: " default " }\n',
    'm.yml:4:7: instances.App[1]: the worker on queue default is declared already, at m.yml:3:7',
  ],
  'a worker of any connection next to one of a connection': [
    'instances: { App: [{ type: worker }, { type: worker, config: { connection: redis } }] }',
  ],
  'the same process on two instances': [
    'instances: { App: [{ type: worker }], workers: [{ type: worker }] }',
  ],
  'a key twice': [
    'instances:\n  App: []\n  App: []\n',
    'm.yml:3:3: instances: the key "App" is here a second time; it was given at m.yml:2:3',
  ],
  'an empty name': [
    'instances: { "": [] }',
    'instances: must name at least one',
    'm.yml:1:14: instances: a key must be text',
  ],
  'a name that is a list': [
    'instances: { [a]: [] }',
    'instances: must name at least one',
    'instances: a key must be text',
  ],
  'broken YAML': ['instances: [', 'm.yml:1:12: '],
  'a tab as indentation': ['instances:\n\tApp: []\n', 'm.yml:2:1: '],
  'a second document': ['instances: { App: [] }\n---\na: 1\n', 'a second document begins'],
  'a tag of its own': [
    'instances: { App: [{ type: custom, command: !env NAME }] }',
    'm.yml:1:45: not valid YAML: a text that begins so needs quotation marks around it (Unresolved tag: !env)',
  ],
  'an alias without an anchor': [
    'instances: { App: *other }',
    'm.yml:1:14: instances.App: must be a list of processes',
    'm.yml:1:19: no anchor &other stands before this alias',
  ],
  'an alias to itself': ['instances:\n  App: &a [*a]\n', 'instances.App[0]: a process must be a mapping'],
  'a merge key': [
    'instances: { App: [{ type: worker, <<: {} }] }',
    'm.yml:1:36: instances.App[0]: merge keys (<<) are not supported; use an alias for the whole value',
  ],
};
