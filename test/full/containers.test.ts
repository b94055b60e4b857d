/**
 * The Compose file as Compose's own loader reads it, the Dockerfiles as hadolint reads them, the shop's image with a real
 * Caddy and a real browser, and a real broker with the two doors of the Compose file. No engine takes part.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import type { Browser } from 'playwright-core'
import { fetchPackage } from '../../scripts/local/debian-package.ts'
import { kafkaJarsFolder } from '../../scripts/local/kafka-jars.ts'
import { jvmOptions, kafkaSettings, propertiesText } from '../../scripts/local/kafka-settings.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { probeKafka } from '../../scripts/local/probes.ts'
import { findProgram } from '../../scripts/local/programs.ts'
import { until } from '../../shared/runtime/until.ts'
import { SIGN_IN_FILE } from '../../web/server/page-files.ts'
import { consolePolicy, PAGE_HEADERS } from '../../web/server/shop-server.ts'
import { launchBrowser, ShopTab } from '../e2e/shop-driver.ts'
import { type Reply, send } from '../support/http.ts'
import { composeFile } from '../support/images/compose.ts'
import {
  type Build,
  type BuiltStage,
  buildImage,
  contentOf,
  type ImageProcess,
  nodeImage,
  runInImage,
  startInImage,
} from '../support/images/replay.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(600_000)

const folder = mkdtempSync(join(tmpdir(), 'containers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const profiles = [...new Set(Object.values(composeFile().services).flatMap(service => service.profiles ?? []))]
const movedPorts = {
  MARIADB_PORT: '13306',
  KAFKA_PORT: '19092',
  REDIS_PORT: '16379',
  ACQUIRER_PORT: '18085',
  BANK_PORT: '18086',
  API_PORT: '18080',
  WEB_PORT: '15173',
}

interface LoadedService {
  environment?: Record<string, string | null>
  command?: string[] | null
  ports?: { host_ip: string; published?: string; target: number }[]
}

describe("Compose's own loader", () => {
  const loader = join(folder, 'compose-config')

  /** What compose-go makes of the file; throws with its complaint. */
  function load(wanted: string[], env: Record<string, string> = {}, file = 'docker-compose.yml') {
    const loaded = spawnSync(loader, [file, ...wanted], {
      cwd: repositoryFolder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    })
    if (loaded.status !== 0) throw new Error(loaded.stderr)
    return { services: JSON.parse(loaded.stdout).services as Record<string, LoadedService>, warnings: loaded.stderr }
  }

  beforeAll(() => {
    const source = join(repositoryFolder, 'test/support/compose-config')
    const built = spawnSync('go', ['build', '-o', loader, '.'], { cwd: source, encoding: 'utf8' })
    if (built.error) throw new Error(`this test needs Go 1.24 or newer: ${built.error.message}`)
    if (built.status !== 0) throw new Error(built.stderr)
  })

  test('takes the file, and brings up the whole product without a profile', () => {
    const { services, warnings } = load([])
    expect(Object.keys(services).sort()).toEqual([
      'acquirer',
      'api',
      'bank',
      'kafka',
      'mariadb',
      'migrate',
      'redis',
      'web',
    ])
    expect(warnings).toBe('')
  })

  test('takes every profile, alone and all together', () => {
    for (const wanted of [...profiles.map(profile => [profile]), profiles]) {
      const { services, warnings } = load(wanted)
      const expected = Object.entries(composeFile().services).filter(
        ([, service]) => service.profiles === undefined || service.profiles.some(profile => wanted.includes(profile)),
      )
      expect(Object.keys(services).sort()).toEqual(expected.map(([name]) => name).sort())
      expect(warnings).toBe('')
    }
  })

  test.each([
    ['the usual ports', {}],
    ['other ports', movedPorts],
  ])('understands with %s what our reader understands', (_, env) => {
    const { services } = load(profiles, env)
    const ours = composeFile(env).services
    for (const [name, { environment = {}, command, ports = [] }] of Object.entries(ours)) {
      const theirs = services[name]
      const values = Object.entries(environment).map(([key, value]) => [key, String(value)])
      expect({ name, environment: theirs?.environment ?? {} }).toEqual({
        name,
        environment: Object.fromEntries(values),
      })
      expect({ name, command: theirs?.command ?? undefined }).toEqual({ name, command })
      const published = theirs?.ports?.map(port => `${port.host_ip}:${port.published}:${port.target}`) ?? []
      expect({ name, published }).toEqual({ name, published: ports })
    }
  })

  test("takes the pipeline's file over it, which publishes only the API and the shop, on ports that the engine chooses", () => {
    const { services, warnings } = load([], {}, 'docker-compose.yml:deploy/pipeline/compose.yml')
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map(port => `${name} ${port.host_ip}:${port.published ?? ''}:${port.target}`),
    )
    expect(published.sort()).toEqual(['api 127.0.0.1::8080', 'web 127.0.0.1::8080'])
    expect(warnings).toBe('')
  })

  test.each([
    ['a volume that is not declared', '- kafka:/var', '- elsewhere:/var', 'elsewhere'],
    ['a dependency that is not there', 'migrate: { condition', 'prepare: { condition', 'prepare'],
    ['a field that there is none of', 'read_only: true', 'readonly: true', 'readonly'],
    [
      'a circle',
      'CLUSTER_ID:',
      'X: y\n    depends_on: { api: { condition: service_healthy } }\n    labels:\n      Y:',
      'cycle',
    ],
  ])('refuses %s', (_, from, to, complaint) => {
    const text = readFileSync(join(repositoryFolder, 'docker-compose.yml'), 'utf8')
    const broken = join(folder, 'docker-compose.yml')
    writeFileSync(broken, text.replace(from, to))
    expect(readFileSync(broken, 'utf8')).not.toBe(text)
    expect(() => load([], {}, broken)).toThrow(complaint)
  })
})

describe('hadolint', () => {
  const dockerfiles = readdirSync(join(repositoryFolder, 'deploy'), { recursive: true, encoding: 'utf8' })
    .filter(path => /(^|\/)Dockerfile$/.test(path))
    .map(path => join('deploy', path))
  const lint = (input: string, args: string[]) =>
    spawnSync(join(process.env.PYTHON_TOOLS!, 'hadolint'), ['--no-color', ...args], {
      cwd: repositoryFolder,
      encoding: 'utf8',
      input,
    })

  test('finds nothing in any Dockerfile', () => {
    expect(dockerfiles.length).toBeGreaterThan(1)
    const { status, stdout } = lint('', ['--failure-threshold', 'style', ...dockerfiles])
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  test.each(dockerfiles)('is told to look away in %s only with the reason in the line before', path => {
    const lines = readFileSync(join(repositoryFolder, path), 'utf8').split('\n')
    const bare = lines.filter(
      (line, at) => /#\s*hadolint\s+ignore/.test(line) && !/^#\s*\w.{20,}/.test(lines[at - 1] ?? ''),
    )
    expect(bare).toEqual([])
  })

  test('does find what is wrong', () => {
    const { status, stdout } = lint('FROM node:latest\nRUN cd /tmp\n', ['-'])
    expect(status).toBe(1)
    expect(stdout).toContain('DL3007')
  })
})

describe('the image of the shop, served by Caddy', () => {
  const ISSUER = 'https://issuer.example https://login.example'
  let build: Build
  let image: BuiltStage
  let server: ImageProcess
  let browser: Browser
  let shopUrl: string
  let env: Record<string, string>

  const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> => send(shopUrl, { path, headers })
  const isHealthy = async () => (await runInImage(image, image.stage.healthcheck!, env)).code === 0

  /** Alpine's small programs are busybox's. */
  const alpineImage = (busybox: string) => (root: string) => {
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    copyFileSync(join(busybox, 'bin/busybox'), join(root, 'usr/bin/busybox'))
    symlinkSync('busybox', join(root, 'usr/bin/wget'))
  }
  const caddyImage = (caddy: string) => (root: string) => {
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    copyFileSync(join(caddy, 'usr/bin/caddy'), join(root, 'usr/bin/caddy'))
  }

  beforeAll(async () => {
    const log = join(systemUnderTest().logsFolder, 'install.log')
    const [caddy, busybox] = [await fetchPackage('caddy', { log }), await fetchPackage('busybox', { log })]
    build = await buildImage({
      context: repositoryFolder,
      dockerfile: 'deploy/images/web/Dockerfile',
      bases: { node: nodeImage, caddy: caddyImage(caddy), alpine: alpineImage(busybox) },
    })
    image = build.stages.at(-1)!
    const port = await anyFreePort(new Set())
    shopUrl = `http://127.0.0.1:${port}`
    env = { WEB_PORT: String(port), API_URL: systemUnderTest().apiUrl, CONSOLE_ISSUER_ORIGINS: ISSUER }
    expect(await isHealthy()).toBe(false)
    server = startInImage(image, image.stage.command!, env)
    await until(async () => server.child.exitCode !== null || (await isHealthy()), { what: "the shop's HEALTHCHECK" })
    if (server.child.exitCode !== null) throw new Error(server.output())
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    server?.child.kill('SIGKILL')
    build?.remove()
  })

  test('is small beside its base', () => {
    const { bytes } = contentOf(join(image.root, 'srv'))
    console.log(`web: ${(bytes / 1e3).toFixed(0)} kB of files beside Caddy and Alpine`)
    expect(bytes).toBeLessThan(1.5e6)
  })

  test('the page comes with headers that keep foreign code out, and is asked for anew each time', async () => {
    const { status, headers, text } = await get('/')
    expect(status).toBe(200)
    expect(text).toContain('<div id="root">')
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringContaining("script-src 'self'"),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers.server).toBeUndefined()
  })

  test('a path of the app is the same page; a built file that is not there is none', async () => {
    expect((await get('/orders/some/path?lang=en')).text).toBe((await get('/')).text)
    expect((await get('/assets/gone-12345678.js')).status).toBe(404)
  })

  test("the console's page may ask its issuer besides, and no other page may", async () => {
    for (const path of ['/console', '/console/payments?tab=all', '/console/signed-in?code=1&state=2']) {
      const { status, headers, text } = await get(path)
      expect({ path, status }).toEqual({ path, status: 200 })
      expect(text).toContain('운영 콘솔')
      expect(headers['content-security-policy']).toBe(consolePolicy(ISSUER))
    }
    expect((await get('/')).headers['content-security-policy']).toBe(PAGE_HEADERS['Content-Security-Policy'])
  })

  test('says that a link signs operators in, until somebody puts a file there that says who does', async () => {
    const none = await get(SIGN_IN_FILE)
    expect([none.status, none.text]).toEqual([204, ''])
    const settings = join(image.root, 'srv/shop', SIGN_IN_FILE)
    mkdirSync(dirname(settings), { recursive: true })
    writeFileSync(settings, '{"issuer":"https://issuer.example"}')
    const given = await get(SIGN_IN_FILE)
    expect([given.status, given.headers['content-type']]).toEqual([200, expect.stringContaining('application/json')])
    expect(given.json).toEqual({ issuer: 'https://issuer.example' })
    rmSync(settings)
  })

  test('built files are compressed and kept for good', async () => {
    const [script = ''] = /\/assets\/[^"]+\.js/.exec((await get('/')).text) ?? []
    const plain = await get(script)
    const packed = await get(script, { 'accept-encoding': 'gzip' })
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2)
  })

  test('nothing above the folder is served', async () => {
    for (const path of ['/../Caddyfile', '/%2e%2e/Caddyfile', '/Caddyfile'])
      expect((await get(path)).text).not.toContain('reverse_proxy')
  })

  test("the API's answers pass through as they are", async () => {
    const direct = await send(systemUnderTest().apiUrl, { path: '/payments/pay_00000000000000000000000000' })
    const through = await get('/payments/pay_00000000000000000000000000')
    expect(through.status).toBe(direct.status)
    expect({ ...through.json, requestId: '' }).toEqual({ ...direct.json, requestId: '' })
    expect(through.headers['content-security-policy']).toBe(direct.headers['content-security-policy'])
    expect((await get('/health/ready')).status).toBe(200)
  })

  test('a browser buys and is refunded, and the content policy has nothing to object to', async () => {
    const before = process.env.PAY_RUN_FILE
    const runFile = join(folder, 'run.json')
    writeFileSync(runFile, JSON.stringify({ controlSocket: '', env: { SHOP_URL: shopUrl, API_URL: shopUrl } }))
    process.env.PAY_RUN_FILE = runFile
    const complaints: string[] = []
    browser.on('context', context =>
      context.on('console', message => {
        if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text())
      }),
    )
    try {
      const shop = await ShopTab.open(browser, { language: 'en' })
      await shop.pay()
      await shop.waitForPaid()
      await shop.refund()
      await shop.heading(shop.words.refunded).waitFor()
      await shop.close()
      expect(complaints).toEqual([])
    } finally {
      process.env.PAY_RUN_FILE = before
    }
  })

  test('without an API it still serves the page, and answers 502 for the rest', async () => {
    const port = await anyFreePort(new Set())
    const lonely = { WEB_PORT: String(port), API_URL: 'http://127.0.0.1:1' }
    const other = startInImage(image, image.stage.command!, lonely)
    const url = `http://127.0.0.1:${port}`
    await until(async () => (await send(url, { path: '/' })).status === 200, { what: 'the page' })
    expect((await send(url, { path: '/payments' })).status).toBe(502)
    other.child.kill('SIGTERM')
    await once(other.child, 'close')
  })

  test('ends by itself on SIGTERM, with exit code 0', async () => {
    server.child.kill('SIGTERM')
    expect(await once(server.child, 'close')).toEqual([0, null])
  })
})

describe("Kafka with the Compose file's two doors", () => {
  const home = join(folder, 'kafka')
  let broker: ChildProcess
  let inside: string
  let outside: string

  /** The image's own settings; only what a container has to itself is replaced: three ports, its name and its folder. */
  async function settingsHere() {
    const taken = new Set<number>()
    const [insidePort, outsidePort, controllerPort] = [
      await anyFreePort(taken),
      await anyFreePort(taken),
      await anyFreePort(taken),
    ]
    const { environment = {} } = composeFile({ KAFKA_PORT: String(outsidePort) }).services.kafka!
    const texts = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
    inside = `127.0.0.1:${insidePort}`
    outside = `127.0.0.1:${outsidePort}`
    const here = (value: string) =>
      value
        .replace('INSIDE://:9092', `INSIDE://${inside}`)
        .replace('OUTSIDE://:9094', `OUTSIDE://${outside}`)
        .replace('kafka:9092', inside)
        .replace('127.0.0.1:9093', `127.0.0.1:${controllerPort}`)
        .replace('/var/lib/kafka/data', join(home, 'data'))
    const settings = Object.entries(kafkaSettings(texts)).map(([name, value]) => [name, here(value)])
    return { settings: Object.fromEntries(settings), texts }
  }

  beforeAll(async () => {
    const java = findProgram('java')
    if (!java) throw new Error('this test runs a broker natively: `npm run doctor` says how to get Java')
    const { settings, texts } = await settingsHere()
    mkdirSync(home)
    const properties = join(home, 'server.properties')
    writeFileSync(properties, propertiesText(settings))
    const classPath = ['-cp', join(kafkaJarsFolder(), '*')]
    const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', texts.CLUSTER_ID!, '--config', properties]
    const formatted = spawnSync(java.path, [...classPath, ...format], { encoding: 'utf8' })
    expect({ status: formatted.status, stderr: formatted.stderr }).toMatchObject({ status: 0 })
    broker = spawn(java.path, [...jvmOptions(texts), ...classPath, 'kafka.Kafka', properties], { stdio: 'ignore' })
    await until(() => probeKafka(inside).then(() => true), { what: 'the broker', deadlineMs: 90_000 })
  })

  afterAll(async () => {
    if (!broker || broker.exitCode !== null) return
    broker.kill('SIGTERM')
    await once(broker, 'close')
  })

  const addressesBy = async (address: string) => {
    const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    return brokers.map(({ host, port }) => `${host}:${port}`)
  }

  test('each tells whoever comes in by it its own address', async () => {
    expect(await addressesBy(inside)).toEqual([inside])
    expect(await addressesBy(outside)).toEqual([outside])
  })
})
