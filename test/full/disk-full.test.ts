/** The disk under MariaDB, Kafka, Redis, the logs and the starter is full under load: 503 while it is, nobody ends, and room brings all of it back. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Control, connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation, expectRetryAfter } from '../support/contract.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorizeBody, newMerchant } from '../support/payments.ts'
import { Ballast, SmallDisk } from '../support/small-disk.ts'
import { systemUnderTest } from '../support/system.ts'

/** An empty system takes 290 MiB of it, 256 of them for InnoDB's log. */
const DISK_MIB = 490
/** Above what readiness calls full. */
const ROOM_MIB = 40
const CLIENTS = 6
const FULL = new RegExp(`^the disk of .*disk-full-\\d+ is full: 0\\.0 of ${DISK_MIB} MiB are free`)
/** So many refusals must come without anybody ending in between. */
const REFUSALS = 30
/** MariaDB and Kafka are started again, with their recovery. */
const RECOVERY_MS = 240_000

const obstacle =
  systemUnderTest().mode === 'native' ? SmallDisk.obstacle : 'the services run in Docker, on a disk of their own'
if (obstacle !== undefined) console.warn(`not tested: ${obstacle}`)

/** Clients who pay all the time, and repeat with the same key what was not answered for good. */
class Load {
  readonly #api: PaymentApi
  readonly #merchantId = newMerchant('full')
  readonly #clients: Promise<void>[]
  #isOver = false
  /** Calls that no answer came to. */
  failures: unknown[] = []
  refusals: Reply[] = []
  /** Answers other than success and 503. */
  others: Reply[] = []
  paidCount = 0

  constructor(api: PaymentApi) {
    this.#api = api
    this.#clients = Array.from({ length: CLIENTS }, () => this.#payAgainAndAgain())
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
  }

  async #payAgainAndAgain(): Promise<void> {
    while (!this.#isOver) {
      const body = authorizeBody({ merchantId: this.#merchantId })
      const held = await this.#untilAnswered(() => this.#api.authorize(body))
      if (held?.status !== 201) continue
      if (await this.#untilAnswered(() => this.#api.capture(held.json.paymentId))) this.paidCount++
    }
  }

  /** Undefined when the load was stopped first. */
  async #untilAnswered(call: () => Promise<Reply>): Promise<Reply | undefined> {
    const answered = await until(async () => (this.#isOver ? 'over' : this.#sorted(await this.#called(call))), {
      what: 'an answer for good',
      deadlineMs: 2 * RECOVERY_MS,
      intervalMs: 50,
    })
    return answered === 'over' ? undefined : answered
  }

  async #called(call: () => Promise<Reply>): Promise<Reply | undefined> {
    try {
      return await call()
    } catch (error) {
      this.failures.push(error)
      return undefined
    }
  }

  /** The reply, when it is one for good. */
  #sorted(reply: Reply | undefined): Reply | undefined {
    if (reply === undefined) return undefined
    if (reply.status === 503) this.refusals.push(reply)
    else if (reply.status !== 409) {
      // The acquirer's journal is on the disk, too: what it could not write is canceled when there is room.
      const isCanceled = reply.status === 402 && reply.json.details.reason === 'canceled'
      if (reply.status !== 200 && reply.status !== 201 && !isCanceled) this.others.push(reply)
      return reply
    } else if (reply.json.details.reason !== 'in_progress') return reply
    return undefined
  }
}

let own: OwnSystem
let control: Control
let api: PaymentApi
let ballast: Ballast
let load: Load | undefined

const pidOf = async (name: string) => (await control.status()).processes.find(row => row.name === name)?.pid
const ready = async () => (await api.get('/health/ready')).json

async function fullDisks(): Promise<string[]> {
  const { problems } = (await ready()) as { problems: { kind: string; message: string }[] }
  return problems.filter(({ kind }) => kind === 'disk_full').map(({ message }) => message)
}

const onSmallDisk = obstacle === undefined ? describe : describe.skip

onSmallDisk('a disk that is full', () => {
  beforeAll(async () => {
    own = await startOwnSystem('disk-full', new SmallDisk(DISK_MIB))
    control = connectControl(own.runFile)
    api = new PaymentApi(own.system.apiUrl)
    ballast = new Ballast(dirname(own.runFile))
    ballast.fill(ROOM_MIB)
  }, 180_000)

  afterAll(async () => {
    await load?.stop()
    await own?.stop()
  }, 120_000)

  test('is a 503 and named; no process of ours ends; with room again everything goes on by itself', async () => {
    const apiPid = await pidOf('api')
    const { supervisor } = await control.status()
    load = new Load(api)
    await until(() => load!.paidCount > 20, { what: 'payments to go through' })

    ballast.fill(0)
    await until(
      () => {
        ballast.fill(0)
        return load!.refusals.length >= REFUSALS
      },
      { what: 'refusals', deadlineMs: 120_000 },
    )
    for (const reply of load.refusals) expectRetryAfter(reply)
    expectError(load.refusals[0]!, 503, load.refusals[0]!.json.code)
    expect((await api.get('/health/live')).status).toBe(200)
    // A service that ends may leave a little room behind.
    await until(
      async () => {
        ballast.fill(0)
        return (await fullDisks()).some(message => FULL.test(message))
      },
      { what: 'readiness to say that nothing is free', deadlineMs: 60_000 },
    )
    // Kafka writes a checkpoint every 5 s, and ends when it cannot.
    await until(
      async () => {
        ballast.fill(0)
        return (await control.status()).processes.some(row => row.state === 'restarting')
      },
      { what: 'a service that a full disk ends', deadlineMs: 120_000 },
    )
    expect((await control.status()).supervisor).toEqual(supervisor)

    ballast.drop()
    await until(async () => (await ready()).status === 'ok', { what: 'everything to be back', deadlineMs: RECOVERY_MS })
    const before = load.paidCount
    // Clients wait for outcomes that are unknown until the job looks, within a minute.
    await until(() => load!.paidCount > before + 20, { what: 'payments to go through again', deadlineMs: 120_000 })
    await load.stop()
    expectMutation(await api.authorize(authorizeBody()), 201)

    expect({ failures: load.failures, others: load.others.map(reply => reply.text) }).toEqual({
      failures: [],
      others: [],
    })
    expect(await pidOf('api')).toBe(apiPid)
    expect((await control.status()).supervisor).toEqual(supervisor)
    const report = await verify(own.system, { settleMs: 90_000, graceMs: 60_000 })
    expect(report.results.filter(result => !result.ok).map(({ name, rows }) => ({ name, rows }))).toEqual([])
  }, 600_000)
})
