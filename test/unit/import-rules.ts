/** The rooms of the repository and who may import whom, checked on the parsed source of one file. */
import { posix } from 'node:path'
import { type Module, parseSync } from '@swc/core'

interface Room {
  /** Rooms, or single files, that it may import besides itself. */
  imports: readonly string[]
  /** Packages and Node modules that it may import; anything when absent. */
  packages?: readonly string[]
  /** Whether it may read the environment and the clock, and draw randomness. */
  ambient?: true
}

const PORTS = 'shared/payments/ports.ts'
const SETTLEMENT_PORTS = 'shared/settlement/ports.ts'
const RECON_PORTS = 'shared/reconciliation/ports.ts'
const BOOKS_PORTS = 'shared/books/ports.ts'
const LISTS = 'shared/contracts/lists.ts'
const AUDIT_HASH = 'shared/invariants/audit-hash.ts'
const CONSOLE = 'functions/console.ts'
const CRASH_POINTS = 'shared/contracts/crash-points.ts'
const SHARED = [
  'contracts',
  'domain',
  'invariants',
  'payments',
  'settlement',
  'reconciliation',
  'recon-files',
  'books',
  'stores',
  'bank',
  'cache',
  'messaging',
  'acquirer',
  'http',
  'runtime',
].map(name => `shared/${name}`)
const AUDITOR = 'scripts/lab/chaos/auditor'
const RECON_GENERATOR = 'scripts/lab/recon/generate'
const MONTH_AUDITOR = 'scripts/lab/month/auditor'
const adapter: Room = {
  imports: [PORTS, SETTLEMENT_PORTS, RECON_PORTS, BOOKS_PORTS, 'shared/domain', 'shared/contracts'],
}

/** It could leave the repository with its tests: they import nothing around it, and no other test imports them. */
const PLUGIN = 'plugins/kafka-events'

const rooms: Record<string, Room> = {
  // Before the room that it lies in. No function imports another, but the one that several are joined to.
  [CONSOLE]: { imports: ['functions/api', 'shared/http', 'shared/contracts'] },
  functions: {
    imports: [
      'shared/payments',
      'shared/settlement',
      'shared/reconciliation',
      'shared/books',
      'shared/invariants',
      'shared/http',
      'shared/runtime',
      'shared/contracts',
      'docs/openapi.json',
    ],
  },
  // Before the room that it lies in: a file is in the first that holds it.
  [LISTS]: { imports: [], packages: [] },
  [CRASH_POINTS]: { imports: [], packages: ['node:diagnostics_channel'] },
  'shared/contracts': { imports: [], packages: ['zod'] },
  'shared/domain': { imports: [LISTS], packages: [] },
  [AUDIT_HASH]: { imports: [], packages: ['node:crypto'] },
  'shared/invariants': { imports: ['shared/contracts'], packages: [] },
  // Each of the two may use the other's ports, not its use cases.
  'shared/payments': { imports: [SETTLEMENT_PORTS, 'shared/domain', 'shared/contracts'], packages: [] },
  'shared/settlement': { imports: [PORTS, 'shared/domain', 'shared/contracts'], packages: [] },
  // What a statement says of a payout moves it as settlement does.
  'shared/reconciliation': { imports: [PORTS, 'shared/settlement', 'shared/domain', 'shared/contracts'], packages: [] },
  // What finance reads of the books.
  'shared/books': { imports: [PORTS, SETTLEMENT_PORTS, 'shared/domain', 'shared/contracts'], packages: [] },
  // Reads the files of acquirers and banks.
  'shared/recon-files': adapter,
  'shared/stores': adapter,
  'shared/cache': adapter,
  'shared/messaging': adapter,
  'shared/acquirer': adapter,
  'shared/bank': adapter,
  'shared/http': { imports: ['shared/payments', 'shared/settlement', 'shared/contracts'] },
  'shared/runtime': { imports: SHARED, ambient: true },
  web: { imports: ['shared/contracts'], ambient: true },
  sandbox: { imports: ['shared/contracts'], ambient: true },
  [PLUGIN]: { imports: [], ambient: true },
  'deploy/stages': { imports: [], ambient: true },
  'deploy/package': { imports: ['scripts/terminal', 'scripts/local/paths.ts'], ambient: true },
  'deploy/images': { imports: SHARED, ambient: true },
  'deploy/grafana': { imports: [] },
  'scripts/terminal': { imports: [], ambient: true },
  // A tool finds a system of this machine by the file that its starter wrote.
  'scripts/operate': {
    imports: ['scripts/terminal', 'scripts/local/run-file.ts', 'scripts/local/paths.ts', ...SHARED],
    ambient: true,
  },
  'scripts/local': { imports: ['scripts/terminal', ...SHARED], ambient: true },
  // It judges what the product did: it shares no rule with it, and with the lab only what reads Kafka and MariaDB.
  [AUDITOR]: {
    imports: [
      'shared/contracts/acquirer.ts',
      LISTS,
      'shared/contracts/topics.ts',
      'scripts/operate/connections.ts',
      'scripts/operate/verify/fetch-spans.ts',
    ],
    packages: ['mysql2'],
  },
  [MONTH_AUDITOR]: {
    imports: ['shared/contracts/acquirer.ts', 'shared/contracts/bank.ts', 'scripts/operate/connections.ts'],
    packages: ['mysql2'],
  },
  // It says what must be found: it shares no rule with the product, and draws nothing but by its seed.
  [RECON_GENERATOR]: { imports: ['scripts/lab/random.ts'], packages: [] },
  'scripts/lab': {
    imports: [
      ...['scripts/terminal', 'scripts/local', 'scripts/operate', 'functions', 'web', PLUGIN, ...SHARED],
      // What writes generated decisions is what writes all others.
      'sandbox/acquirer/journal.ts',
      // What makes the headers and refusals of serverless-offline those of API Gateway makes those of the benchmark's own front.
      'deploy/stages/offline-http.ts',
    ],
    ambient: true,
  },
  'scripts/openapi': { imports: ['scripts/local/paths.ts', 'shared/contracts'], ambient: true },
  // The commands themselves; what they run stands in the rooms above, which come first.
  scripts: { imports: ['deploy', PLUGIN, ...SHARED], ambient: true },
  test: {
    imports: ['functions', 'web', 'sandbox', PLUGIN, 'deploy', 'scripts', ...SHARED],
    ambient: true,
  },
}

/** Client libraries, and the one room that may use each; shared/runtime may name their types. */
const clients: Record<string, string> = {
  mysql2: 'shared/stores',
  kysely: 'shared/stores',
  ioredis: 'shared/cache',
  kafkajs: 'shared/messaging',
  '@opentelemetry/api': 'shared/runtime',
  '@opentelemetry/resources': 'shared/runtime',
  '@opentelemetry/sdk-trace-base': 'shared/runtime',
}
const rootRooms = ['functions', LISTS, ...SHARED]

/** Tests, and what exists for tests only: a product that imports it would ship it. */
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || /^(plugins\/[^/]+\/)?test\//.test(path)
/** Those of a room may use those of another. */
const isFake = (path: string): boolean => /^shared\/(payments|settlement|reconciliation|books)\/fake/.test(path)
const isForTests = (path: string): boolean =>
  isTest(path) || isFake(path) || /\.corruption\.ts$|^(shared\/invariants|sandbox\/(acquirer|bank))\/sample-/.test(path)

const within = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`)
const roomOf = (path: string): string | undefined => Object.keys(rooms).find(name => within(path, name))

interface Import {
  specifier: string
  /** Erased before the program runs. */
  typeOnly: boolean
  /** Names taken from the module; `*` for all of it. */
  names: string[]
}

type Node = Record<string, unknown> & { type: string }
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
const nodeIn = (node: Node, key: string): Node | undefined => (isNode(node[key]) ? (node[key] as Node) : undefined)
const textOf = (node: Node | undefined): string | undefined =>
  node?.type === 'StringLiteral' || node?.type === 'Identifier' ? String(node.value) : undefined

/** Every rule that the file breaks, each as a sentence. `path` is relative to the repository, with forward slashes. */
export function violationsOf(path: string, source: string): string[] {
  const name = roomOf(path)
  if (name === undefined) return [`${path} is in no room`]
  const module = parseSync(source, { syntax: 'typescript', tsx: path.endsWith('.tsx') })
  const found = isTest(path) && name !== PLUGIN ? brokenByTest(path, module) : brokenInRoom(path, name, module)
  return [...new Set(found)].map(what => `${path} ${what}`)
}

function brokenByTest(path: string, module: Module): string[] {
  const targets = importsOf(module).map(({ specifier }) => posix.join(posix.dirname(path), specifier))
  return targets.filter(target => within(target, PLUGIN) && isTest(target)).map(target => `imports ${target}`)
}

function brokenInRoom(path: string, name: string, module: Module): string[] {
  const room = rooms[name]!
  const found = importsOf(module).flatMap(item => brokenBy(item, path, name, room))
  if (!room.ambient) found.push(...ambientUses(module).map(use => `uses ${use}, which only shared/runtime may`))
  if (name === 'shared/domain' && isAsynchronous(module)) found.push('is asynchronous')
  return found
}

function brokenBy(item: Import, path: string, name: string, room: Room): string[] {
  // It could be any module, so no rule could be checked.
  if (item.specifier === MADE_AT_RUN_TIME) return rootRooms.includes(name) ? [`imports ${MADE_AT_RUN_TIME}`] : []
  if (!item.specifier.startsWith('.')) return packageRules(item, name, room)
  const target = posix.join(posix.dirname(path), item.specifier)
  if (isForTests(target) && !isForTests(path)) return [`imports ${target}, which is for tests`]
  if (isFake(target) && isFake(path)) return []
  const isOwn = within(target, name) && name !== 'functions'
  if (isOwn || room.imports.some(place => within(target, place))) return []
  return [`imports ${target}`]
}

function packageRules({ specifier, typeOnly, names }: Import, name: string, room: Room): string[] {
  const isScoped = specifier.startsWith('@')
  const library = specifier
    .split('/')
    .slice(0, isScoped ? 2 : 1)
    .join('/')
  const owner = clients[library]
  if (owner !== undefined && rootRooms.includes(name) && name !== owner && !(typeOnly && name === 'shared/runtime'))
    return [`imports ${library}, which is for ${owner}`]
  if (room.packages !== undefined && !room.packages.includes(library)) return [`imports ${specifier}`]
  if (room.ambient) return []
  return ambientImports(specifier, names).map(what => `imports ${what}, which only shared/runtime may`)
}

const RANDOM = /^(?:\*|default|webcrypto|getRandomValues|random.*)$/
const AMBIENT_MODULES = new Set(['node:process', 'process', 'node:perf_hooks', 'perf_hooks', 'ulid', 'uuid', 'uuidv7'])

function ambientImports(specifier: string, names: string[]): string[] {
  if (AMBIENT_MODULES.has(specifier)) return [specifier]
  if (specifier !== 'node:crypto' && specifier !== 'crypto') return []
  return names.filter(name => RANDOM.test(name)).map(name => `${name} of ${specifier}`)
}

/** Static, type-only, re-exporting, dynamic, `require` and `import('…').Type`: all are imports. */
function importsOf(module: Module): Import[] {
  const found: Import[] = []
  visit(module as unknown as Node, node => {
    const item = staticImport(node) ?? dynamicImport(node)
    if (item !== undefined) found.push(item)
  })
  return found
}

function staticImport(node: Node): Import | undefined {
  const specifier = textOf(nodeIn(node, 'source'))
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return specifier === undefined ? undefined : { specifier, ...namesIn(node) }
    case 'TsImportEqualsDeclaration':
      return nodeIn(node, 'moduleRef')?.type === 'TsExternalModuleReference'
        ? imported(nodeIn(nodeIn(node, 'moduleRef')!, 'expression'), node.isTypeOnly === true)
        : undefined
    case 'TsImportType':
      return imported(nodeIn(node, 'argument'), true)
    default:
      return undefined
  }
}

function dynamicImport(node: Node): Import | undefined {
  if (node.type !== 'CallExpression') return undefined
  const callee = nodeIn(node, 'callee')
  if (callee?.type !== 'Import' && textOf(callee) !== 'require') return undefined
  const [first] = node.arguments as Array<{ expression: Node }>
  return imported(first?.expression, false)
}

const MADE_AT_RUN_TIME = 'a module whose name is made at run time'

const imported = (source: Node | undefined, typeOnly: boolean): Import => ({
  specifier: source?.type === 'StringLiteral' ? String(source.value) : MADE_AT_RUN_TIME,
  typeOnly,
  names: ['*'],
})

function namesIn(node: Node): { typeOnly: boolean; names: string[] } {
  const specifiers = (node.specifiers ?? []) as Node[]
  const values = specifiers.filter(specifier => specifier.isTypeOnly !== true)
  const nameOf = (specifier: Node): string => {
    if (specifier.type !== 'ImportSpecifier' && specifier.type !== 'ExportSpecifier')
      return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*'
    return textOf(nodeIn(specifier, 'imported') ?? nodeIn(specifier, 'orig') ?? nodeIn(specifier, 'local')) ?? '*'
  }
  const names = node.type === 'ExportAllDeclaration' ? ['*'] : values.map(nameOf)
  return { typeOnly: node.typeOnly === true || (specifiers.length > 0 && values.length === 0), names }
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node)
  for (const child of childrenOf(node)) visit(child, see)
}

const childrenOf = (node: Node): Node[] => Object.values(node).flatMap(nodesIn)

/** swc wraps arguments, list elements and the functions of methods in objects without a type. */
function nodesIn(value: unknown): Node[] {
  if (isNode(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(nodesIn) : []
}

/** Names that read the environment, the clock or chance. */
const AMBIENT_NAMES = new Set(['process', 'performance', 'crypto', 'Date'])
const AMBIENT_MEMBERS = new Set(['Math.random'])
const HARMLESS_MEMBERS = new Set(['Date.parse', 'Date.UTC'])
/** Of TypeScript's own nodes only these hold something that runs. */
const RUNNING_TYPE_NODES = /^Ts(?:As|NonNull|Satisfies)Expression$|^Ts(?:TypeAssertion|ConstAssertion|Instantiation)$/

function ambientUses(module: Module): string[] {
  const found: string[] = []
  const look = (node: Node): void => {
    if (node.type.startsWith('Ts')) {
      if (RUNNING_TYPE_NODES.test(node.type)) look(nodeIn(node, 'expression')!)
      return
    }
    if (node.type === 'ImportDeclaration') return
    if (node.type === 'Identifier' && AMBIENT_NAMES.has(String(node.value))) found.push(String(node.value))
    for (const child of runningParts(node, found)) look(child)
  }
  look(module as unknown as Node)
  return found
}

/** The parts of a node in which a name means a value, without the forms that read no clock. */
function runningParts(node: Node, found: string[]): Node[] {
  switch (node.type) {
    case 'MemberExpression': {
      const property = nodeIn(node, 'property')!
      const object = nodeIn(node, 'object')!
      const member = `${textOf(object)}.${textOf(property)}`
      if (HARMLESS_MEMBERS.has(member)) return []
      if (AMBIENT_MEMBERS.has(member)) found.push(member)
      const isGlobal = textOf(object) === 'globalThis' && AMBIENT_NAMES.has(textOf(property) ?? '')
      if (isGlobal) found.push(member)
      return property.type === 'Computed' ? [object, property] : [object]
    }
    case 'NewExpression': {
      const given = nodesIn(node.arguments)
      const isOfGivenTime = textOf(nodeIn(node, 'callee')) === 'Date' && given.length > 0
      return isOfGivenTime ? given : childrenOf(node)
    }
    case 'BinaryExpression':
      return node.operator === 'instanceof' ? [nodeIn(node, 'left')!] : childrenOf(node)
    default:
      // The name of a property, a method or a field is no use of what happens to have that name.
      return childrenOf(node).filter(child => child !== node.key || child.type === 'Computed')
  }
}

function isAsynchronous(module: Module): boolean {
  let found = false
  visit(module as unknown as Node, node => {
    const { async: ofMethod } = (node.function ?? {}) as { async?: boolean }
    if (node.async === true || ofMethod === true || node.await === true || node.type === 'AwaitExpression') found = true
  })
  return found
}
