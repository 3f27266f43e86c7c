/** By its title a manifest, and what each of its problems says, in order, place included; none for a good one. */
export type ManifestCases = Readonly<Record<string, readonly [text: string, ...problems: string[]]>>;

/** A worker with each of these fields, which has this problem. */
const workers = (fields: readonly string[], ...problems: string[]): ManifestCases =>
  Object.fromEntries(
    fields.map((field) => [field, [`instances: { App: [{ type: worker, ${field} }] }`, ...problems]]),
  );
const processes = (value: string): string => `processes: ${value}`;

/** A worker whose option has each of these values, which it cannot have. */
const options = (key: string, ...values: string[]): ManifestCases =>
  workers(
    values.map((value) => `config: { ${key}: ${value} }`),
    `instances.App[0].config.${key}: `,
  );

/** A custom process with each of these commands. */
const customs = (commands: readonly string[], why: string): ManifestCases =>
  Object.fromEntries(
    commands.map((command) => [
      `command: ${command}`,
      [
        `instances: { App: [{ type: custom, command: ${command} }] }`,
        `m.yml:1:45: instances.App[0].command: ${why}`,
      ],
    ]),
  );

const custom = (command: string): string =>
  `instances:\n  App:\n    - type: custom\n      command: ${command}\n`;

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
  nothing: ['', 'm.yml:1:1: the file is empty; the least it needs is instances: { App: [{ type: worker }] }'],
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
  'instances of nothing': ['instances:', 'instances: must name at least one cluster'],
  'instances as a list': ['instances: [App]', 'm.yml:1:12: instances: must name at least one'],
  'no instance': ['instances: {}', 'm.yml:1:12: instances: must name at least one'],
  'an instance without a list': [
    'instances:\n  App:\n',
    'm.yml:2:7: instances.App: must be a list of processes, not nothing; write [] for none',
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
  ...workers(
    ['0', '11', '-1', '1.5', '"2"', 'two', 'null', 'true', '[1]', '.inf', '.nan', '1e3'].map(processes),
    'm.yml:1:47: instances.App[0].processes: must be a whole number from 1 to 10',
  ),
  ...workers(['1', '10', '0x2', '2.0', '0o7'].map(processes)),
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
  ...customs(['""', '" "', 'null'], 'must be text'),
  ...customs(['5'], 'must be text: put it in quotation marks, "5"'),
  ...customs(['[php, artisan, horizon]'], 'must be one text: "php artisan horizon", not a list'),
  ...customs(['x', '" xy "', '"php artisan x\\nphp artisan y"', 'x'.repeat(501)], 'must '),
  'a key without a value between { and }': [
    'instances: { App: [{ type: worker, processes: }] }',
    'm.yml:1:47: instances.App[0].processes: must be a whole number',
  ],
  ...workers(
    ['config: null', 'config: text', 'config: []', 'config: 5'],
    'm.yml:1:44: instances.App[0].config: must be an object',
  ),
  ...options('tries', '"3"', '-1', '1.5', '9007199254740993'),
  ...options('sleep', 'null'),
  ...options('queue', '5', '""'),
  ...options('connection', '" "', '{}'),
  ...options('force', '1', '"yes"'),
  ...options('name', 'x'),
  ...options('max-jobs', '5'),
  ...options('__proto__', '5'),
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
    'm.yml:3:3: instances: the key "App" is here a second time; the first is at m.yml:2:3',
  ],
  'an empty name': [
    'instances: { "": [] }',
    'instances: must name at least one',
    'm.yml:1:14: instances: a key must be text',
  ],
  'a tab as indentation': [
    'instances:\n\tApp: []\n',
    'm.yml:2:1: Tabs are not allowed as indentation: use spaces',
  ],
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

  // What a person writes by mistake, with what to do.
  'a list of queues between { and } without quotation marks': [
    'instances: { App: [{ type: worker, config: { queue: high,default,low } }] }',
    '1:58: instances.App[0].config.default: has no value: between { and } a comma ends a value. If it belongs to the text before it, write queue: "high,default,low"',
  ],
  'a colon in a command': [
    custom('php artisan x --a=b: c'),
    '4:16: not valid YAML: a text with ": " in it needs quotation marks around it',
  ],
  'deeper lines under >-': [
    custom('>-\n        php artisan x\n          --a=b\n        --c'),
    '4:16: instances.App[0].command: must be one line; >- folds neither lines that are indented deeper',
  ],
  'lines under |': [
    custom('|\n        php artisan x\n        --a=b'),
    '4:16: instances.App[0].command: must be one line; | keeps the line breaks: write >- instead',
  ],
  'one line under |': [custom('|\n        php artisan x')],
  'backslashes at the ends of folded lines': [
    custom('>-\n        php artisan x \\\n        --a=b'),
    '4:16: instances.App[0].command: holds a backslash between blanks',
  ],
  'a quotation mark that is not closed': [
    custom('"php artisan x\n    - type: worker'),
    '4:16: not valid YAML: the quotation mark that opens here is not closed',
  ],
  'a key at another column': [
    'instances:\n  App:\n    - type: worker\n       processes: 2\n',
    '3:13: not valid YAML: this line must be indented like',
  ],
  'a sign at the start of a text': [
    custom('@foo'),
    '4:16: not valid YAML: a text that begins so needs quotation marks',
  ],
  'a bracket that is not closed': [
    'instances: { App: [',
    '1:19: not valid YAML: the [ or { that opens here is not closed',
  ],
  'a tab inside of { and }': [
    'instances:\n  App: [{ type: worker,\n\tprocesses: 2 }]\n',
    'or a line inside is not indented deeper with spaces',
  ],
  'a bracket too many': ['instances: { App: [] }}', '1:23: not valid YAML: this ] or } closes nothing'],
  'a comma that is missing': [
    'instances:\n  App:\n    - { type: worker processes: 2 }\n',
    '3:15: not valid YAML: between { and }, a comma is missing',
  ],
  'text after >': [
    custom('> php artisan x'),
    '4:18: not valid YAML: a text that begins so needs quotation marks',
  ],
  'a continued line that is not indented': [
    custom('php artisan x\n      --a=b\n      processes: 2'),
    '5:7: not valid YAML: a key needs a colon, a blank and a value after it; a line that continues a text must be indented deeper',
  ],
  'options beside type': [
    'instances: { App: [{ type: worker, queue: high }] }',
    '1:36: instances.App[0]: "queue" is not a key of a process; the keys are type, processes, command, config. Options of a worker go under config: config: { queue: … }',
  ],
  'only comments': ['# a\n---\n', '1:1: the file is empty'],
  'no key at the top': [
    'App:\n  - type: worker\nWorkers: []\n',
    '1:1: the first key must be instances; did you mean to put "App" under it?',
  ],
};
