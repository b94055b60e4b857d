/** The functions of one landing, over a database: every handler with its own stores and use cases, and outsiders that the test holds. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from 'aws-lambda'
import type { HttpResult } from '../../shared/http/index.ts'
import type { FakeDeadLetters, FakeDoorbell, FakePublisher, ScriptedAcquirer } from '../../shared/payments/fakes.ts'
import type { Clock, OutboxRow } from '../../shared/payments/ports.ts'
import { contextOf, type HttpCall, httpEvent, kafkaEvent } from '../unit/lambda-events.ts'
import { repositoryFolder } from './system.ts'

const git = (...args: string[]): Buffer =>
  execFileSync('git', args, { cwd: repositoryFolder, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 })

/** The commit whose functions may still run when these migrations are applied. */
export const previousLanding = readFileSync(join(repositoryFolder, 'migrations/previous-landing'), 'utf8').trim()

/** Why the previous landing cannot be had here; undefined when it can. */
export function whyNoPreviousLanding(): string | undefined {
  try {
    git('cat-file', '-e', `${previousLanding}^{commit}`)
    return undefined
  } catch {
    return `the commit ${previousLanding} of migrations/previous-landing is not in this clone: fetch its full history`
  }
}

/** Unpacks the previous landing's functions below .data, where they find the packages of this one; returns the folder. */
export function unpackPreviousLanding(): string {
  const folder = join(repositoryFolder, '.data', 'previous-landing', String(process.pid))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const archive = git(
    'archive',
    '--format=tar',
    previousLanding,
    'functions',
    'shared',
    'test/unit',
    'docs/openapi.json',
    'package.json',
  )
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  return folder
}

/** The previous landing calls its wiring `ports.ts`. */
const wiringIn = (folder: string): string =>
  ['shared/runtime/wiring.ts', 'shared/runtime/ports.ts'].find(path => existsSync(join(folder, path)))!

type Handler = (event: unknown, context: Context) => Promise<unknown>
type CreateHandler = (ports: object) => Handler

// biome-ignore lint/suspicious/noExplicitAny: modules of another landing have no types here.
type Modules = Record<'fakes' | 'httpFakes' | 'runtime' | 'config', any>

export class Landing {
  readonly acquirer: ScriptedAcquirer
  readonly publisher: FakePublisher
  readonly doorbell: FakeDoorbell
  readonly deadLetters: FakeDeadLetters
  readonly #folder: string
  readonly #ports: { transactions: { close(): Promise<void> } }

  private constructor(folder: string, { fakes, httpFakes, runtime, config }: Modules, url: string, clock: Clock) {
    this.#folder = folder
    this.acquirer = new fakes.ScriptedAcquirer()
    this.publisher = new fakes.FakePublisher()
    this.doorbell = new fakes.FakeDoorbell()
    this.deadLetters = new fakes.FakeDeadLetters()
    const { acquirer, publisher, doorbell, deadLetters } = this
    // The landing before rate limits has none.
    const limiter = httpFakes.FakeLimiter && new httpFakes.FakeLimiter()
    const responses = new httpFakes.FakeResponseCache(limiter)
    responses.away = true
    const given: Record<PropertyKey, unknown> = {
      acquirer,
      publisher,
      doorbell,
      deadLetters,
      responses,
      limiter,
      // It would open a client of Redis that nobody closes.
      incarnationCheck: { renew: async () => {} },
      clock,
      log: new httpFakes.FakeLog(),
    }
    const own = new runtime.Ports(() =>
      config.configFrom({ DATABASE_URL: url, DATABASE_CONNECTIONS: '4', LOG_LEVEL: 'silent' }),
    )
    this.#ports = new Proxy(own, { get: (_, name) => given[name] ?? Reflect.get(own, name, own) })
  }

  /** `folder` holds `functions/`, `shared/` and `test/unit/`. Redis is left out, so that every repeat is answered by the database. */
  static async open(folder: string, databaseUrl: string, clock: Clock): Promise<Landing> {
    const fakes = await importFrom(folder, 'shared/payments/fakes.ts')
    const httpFakes = await importFrom(folder, 'test/unit/http-fakes.ts')
    const runtime = await importFrom(folder, wiringIn(folder))
    const config = await importFrom(folder, 'shared/runtime/config.ts')
    return new Landing(folder, { fakes, httpFakes, runtime, config }, databaseUrl, clock)
  }

  async http(file: string, call: HttpCall): Promise<HttpResult> {
    return (await (
      await this.#handler(`functions/api/${file}.ts`)
    )(httpEvent(call), contextOf())) as HttpResult
  }

  async job(file: string): Promise<unknown> {
    return (await this.#handler(`functions/jobs/${file}.ts`))({}, contextOf())
  }

  async relay(shards: readonly number[]): Promise<unknown> {
    const rings = shards.map(shard => ({ topic: 'outbox.ready', partition: shard, value: '{}' }))
    return (await this.#handler('functions/events/relay-outbox.ts'))(kafkaEvent(rings), contextOf())
  }

  async book(rows: readonly OutboxRow[]): Promise<unknown> {
    const records = rows.map((row, index) => ({
      topic: row.topic,
      offset: index,
      key: row.messageKey,
      value: row.payload,
      headers: { 'event-id': row.eventId, 'event-type': row.topic },
    }))
    return (await this.#handler('functions/events/record-ledger.ts'))(kafkaEvent(records), contextOf())
  }

  close(): Promise<void> {
    return this.#ports.transactions.close()
  }

  async #handler(path: string): Promise<Handler> {
    const module = (await importFrom(this.#folder, path)) as { createHandler: CreateHandler }
    return module.createHandler(this.#ports)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a module of another landing has no type here.
const importFrom = (folder: string, path: string): Promise<any> => import(pathToFileURL(join(folder, path)).href)
