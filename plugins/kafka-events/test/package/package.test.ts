/** The package as npm would publish it: what is in it, that plain Node loads it, that TypeScript reads its types, that its links lead somewhere. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import type { KafkaEventsSettings } from '../../src/index.ts'
import { naming } from '../../src/settings/framework.fixture.ts'
import type { localKeys } from '../../src/settings/local-settings.ts'
import { readSettings } from '../../src/settings/read-settings.ts'
import { newFolder, packInto, pluginFolder, repositoryFolder, unpack } from './pack.ts'
import { blocksOf, quickStartOf } from './quick-start.ts'

jest.setTimeout(60_000)

const run = promisify(execFile)
const NAME = 'serverless-offline-kafka-events'
const packages = join(repositoryFolder, 'node_modules')

let folder: string
/** A project that has the package among its node_modules, and beside it what a user would have installed. */
let project: string
let files: string[]

beforeAll(async () => {
  folder = await newFolder()
  project = join(folder, 'project')
  const tarball = await packInto(folder)
  files = await unpack(tarball, join(project, 'node_modules', NAME))
  await mkdir(join(project, 'node_modules/@types'))
  const { dependencies, peerDependencies } = JSON.parse(shipped('package.json'))
  const wanted = [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node', '@types/aws-lambda']
  for (const name of wanted) await symlink(join(packages, name), join(project, 'node_modules', name))
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
})

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true })
})

describe('the tarball', () => {
  test('holds what was built of each source file, the documents, and nothing else', () => {
    const sources = readdirSync(join(pluginFolder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.ts') && !/\.(test|fixture|d)\.ts$/.test(path))
      .map(path => path.replace(/\.ts$/, ''))
    expect(sources).toEqual(expect.arrayContaining(['index', 'plugin']))
    const documents = readdirSync(join(pluginFolder, 'docs')).filter(name => name.endsWith('.md'))
    const expected = [
      ...sources.flatMap(path => [`dist/${path}.js`, `dist/${path}.d.ts`]),
      ...documents.map(name => `docs/${name}`),
      'shims/kafka_events_shim.py',
      'shims/node_shim.mjs',
      ...['CHANGELOG.md', 'LICENSE', 'README.ko.md', 'README.md', 'package.json'],
    ]
    expect(files.toSorted()).toEqual(expected.toSorted())
  })

  test('imports no TypeScript at run time', () => {
    const imports = /(?:from|import)\s*\(?\s*['"][^'"]+\.ts['"]/
    const found = files.filter(name => name.endsWith('.js') && imports.test(shipped(name)))
    expect(found).toEqual([])
  })

  test('names in sideEffects and exports only files that it holds', () => {
    const { exports, sideEffects, main, types } = JSON.parse(shipped('package.json'))
    const named = [main, types, ...sideEffects, ...Object.values(exports['.']), exports['./package.json']]
    expect(named.filter(path => !files.includes(path.replace('./', '')))).toEqual([])
  })

  test('has only links that lead to something in it, or out to the web', () => {
    const documents = files.filter(name => name.endsWith('.md'))
    const links = documents.flatMap(name => relativeLinksOf(shipped(name)).map(link => ({ name, link })))
    expect(links.length).toBeGreaterThan(3)
    expect(links.filter(({ name, link }) => !leadsSomewhere(name, link))).toEqual([])
  })
})

describe('the package', () => {
  test.each([
    ['import', `const { default: Plugin } = await import('${NAME}')`],
    ['require, as the framework does', `const { default: Plugin } = createRequire(import.meta.url)('${NAME}')`],
  ])('is loaded by plain Node with %s', async (_, load) => {
    const code = `import { createRequire } from 'node:module'; ${load}; console.log(typeof Plugin, Plugin.name)`
    const flags = ['--no-experimental-strip-types', '--input-type=module']
    const { stdout } = await run(process.execPath, [...flags, '--eval', code], { cwd: project, env: plainEnv() })
    expect(stdout).toBe('function KafkaEventsPlugin\n')
  })

  // `node:zlib` as it was before Node 22.15.
  test('says which Node it needs where that is too old, instead of what its imports lack', async () => {
    const old = `import zlib from 'zlib'; const { zstdCompress, zstdDecompress, ...old } = zlib; export default old; export const { gzip, gunzip } = old`
    const hook = `import { registerHooks } from 'node:module'
      const old = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(old)})
      registerHooks({ resolve: (name, context, next) => name === 'node:zlib' ? { url: old, shortCircuit: true } : next(name, context) })`
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, '--input-type=module', '--eval']
    const loading = `await import('${NAME}').catch(error => console.log(error.name, error.message))`
    const { stdout } = await run(process.execPath, [...flags, loading], { cwd: project, env: plainEnv() })
    expect(stdout).toBe(
      `ServerlessError serverless-offline-kafka-events needs Node 22.15 or later, and this is Node ${process.versions.node}. Install Node 24, or 22.15 or later, and start again.\n`,
    )
  })

  // The README's function, another that is right, and one with two mistakes: a check of the types that finds nothing would go unnoticed otherwise.
  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'has types that pass a strict check of everything (module %s, moduleResolution %s)',
    async (module, resolution) => {
      await writeFile(join(project, 'right.ts'), consumer)
      await writeFile(join(project, 'wrong.ts'), consumer.replace("'9092'", 'true').replace('statusPort', 'statusProt'))
      await writeFile(join(project, 'readme.ts'), readmeConsumer())
      expect(await typeErrors(module, resolution)).toEqual(['wrong.ts TS2561', 'wrong.ts TS2322'])
    },
  )
})

// Compiles only while the exported settings are those that are read.
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never
export const exportsItsSettings: Same<keyof KafkaEventsSettings, (typeof localKeys)[number]> = true

describe('the READMEs', () => {
  const [english, korean] = ['README.md', 'README.ko.md'].map(name => readFileSync(join(pluginFolder, name), 'utf8'))

  test('show the same code and commands in both languages', () => {
    expect(blocksOf(english!).length).toBeGreaterThan(5)
    expect(blocksOf(korean!)).toEqual(blocksOf(english!))
  })

  test('have the same sections in both languages', () => {
    const levels = (text: string) => [...text.matchAll(/^(#+) /gm)].map(([, level]) => level)
    expect(levels(korean!)).toEqual(levels(english!))
  })

  test('show services that can be started, without a warning', () => {
    const services = blocksOf(english!, 'yaml').map(block => parse(block))
    expect(services.length).toBeGreaterThan(1)
    for (const service of services) {
      const { sources, warnings } = readSettings(service, naming)
      expect({ topics: sources.map(({ topic }) => topic), warnings }).toEqual({ topics: ['greetings'], warnings: [] })
    }
  })

  test('tell a quick start that a test can follow', () => {
    expect(quickStartOf(english!).map(({ kind }) => kind)).toEqual([
      'command',
      'file',
      'file',
      'file',
      'server',
      'command',
      'output',
    ])
  })
})

const consumer = `
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import Plugin, { type KafkaBatchResponse, type KafkaEventsSettings, type KafkaEventsStatus } from '${NAME}'

export const kafkaEvents: KafkaEventsSettings = { bootstrapServers: ['localhost:9092'], statusPort: 4000 }
export const port: string = '9092'
export const hooksOf = (plugin: Plugin): string[] => Object.keys(plugin.hooks)
export const groupsOf = (status: KafkaEventsStatus): string[] => status.map(({ groupId }) => groupId)
export async function handler({ records }: SelfManagedKafkaEvent | MSKEvent): Promise<KafkaBatchResponse> {
  const failed = Object.entries(records).flatMap(([partition, list]) => list.map(({ offset }) => ({ partition, offset })))
  return { batchItemFailures: failed.map(itemIdentifier => ({ itemIdentifier })) }
}
`

function readmeConsumer(): string {
  const [example] = blocksOf(shipped('README.md'), 'ts')
  return `${example}\ndeclare function greetAloud(value: string): void\n`
}

const shipped = (name: string): string => readFileSync(join(project, 'node_modules', NAME, name), 'utf8')

function plainEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env
  return env
}

/** What tsc has to say of the consumers, and of all that they draw in. */
async function typeErrors(module: string, resolution: string): Promise<string[]> {
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2024', '--types', 'node']
  const args = [...options, '--module', module, '--moduleResolution', resolution, 'right.ts', 'readme.ts', 'wrong.ts']
  const result = await run(process.execPath, [join(packages, 'typescript/bin/tsc'), ...args], { cwd: project }).catch(
    (error: { stdout: string }) => error,
  )
  return [...result.stdout.matchAll(/^(.*)\(\d+,\d+\): error (TS\d+)/gm)].map(([, file, code]) => `${file} ${code}`)
}

function relativeLinksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter(link => !/^[a-z]+:/.test(link))
}

/** A file of the package, and in it the heading that the link names. */
function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? from : join(dirname(from), path)
  if (!files.includes(target)) return false
  return anchor === undefined || anchorsOf(shipped(target)).includes(decodeURIComponent(anchor))
}

/** As GitHub and npm make them. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-'),
  )
