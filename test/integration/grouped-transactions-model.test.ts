/** Random works against a model of what must come of them, and simultaneous copies of authorizations through the real use case. */
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { AuthorizeRequest } from '../../shared/contracts/routes/authorize-payment.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { randomFrom } from '../../shared/payments/fake-store.ts'
import { claimOf, FakeDoorbell, FakeObserver, fakePolicy } from '../../shared/payments/fakes.ts'
import type { OperationPorts, Outcome } from '../../shared/payments/operation.ts'
import {
  type Acquirer,
  type AcquirerOrder,
  type Claim,
  DuplicateKeyError,
  type Operation,
  RowRefusedError,
  type Transactions,
  type Verdict,
} from '../../shared/payments/ports.ts'
import { systemClock } from '../../shared/runtime/clock.ts'
import { until } from '../../shared/runtime/until.ts'
import { answerOf, ids, NOW_MS, newOperation, newPayment, times } from '../support/rows.ts'
import { increment, planted, ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'
import { SEED } from '../unit/seed.ts'

jest.setTimeout(60_000)

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'grouped_model')
})
afterEach(() => scratch.closeOpened())
afterAll(() => scratch.drop())

const seeds = times(4, index => SEED + index)

type Random = () => number
const below = (random: Random, limit: number): number => Math.floor(random() * limit)
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!

/** A few turns of the event loop: sometimes none, sometimes enough for a round trip or two. */
async function somewhatLater(random: Random): Promise<void> {
  for (let turns = below(random, 60); turns > 0; turns--) await new Promise(setImmediate)
}

describe('random works', () => {
  interface Model {
    /** By payment id. */
    eventCounts: Map<string, number>
    /** Who got the key, by key. */
    owners: Map<string, string>
    finished: Set<string>
    events: Map<string, string>
    answers: Map<string, string | null>
  }

  interface Scene {
    processes: Stores[]
    merchantId: string
    keys: string[]
    payments: string[]
    operations: Operation[]
    model: Model
  }

  /** Most go in groups, as requests do; some by themselves, as the relay does. */
  const runAnyhow = (stores: Stores, random: Random): Transactions['run'] => {
    const transactions = random() < 0.85 ? stores.transactions : stores.database
    return transactions.run.bind(transactions)
  }

  /** Claims a key as an authorization does. */
  async function claim(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const { merchantId, model } = scene
    const key = pick(random, scene.keys)
    const payment = newPayment({ merchantId })
    const operation = newOperation(payment.paymentId, { merchantId, idempotencyKey: key })
    try {
      await runAnyhow(stores, random)(payment.paymentId, async tx => {
        const { operationId } = operation
        await stores.answers.open(tx, {
          merchantId,
          key,
          operationId,
          fingerprint: 'v1:',
          canonicalRequest: operationId,
          nowMs: NOW_MS,
        })
        await stores.operations.insert(tx, operation)
        await stores.payments.insert(tx, { ...payment, idempotencyKey: key })
      })
    } catch (error) {
      expect(error).toBeInstanceOf(DuplicateKeyError)
      return
    }
    expect(model.owners.get(key)).toBeUndefined()
    model.owners.set(key, payment.paymentId)
    model.eventCounts.set(payment.paymentId, 0)
    model.answers.set(key, null)
  }

  /** Finishes an operation as the record does; of several who try one may. */
  async function record(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const { merchantId, model } = scene
    const operation = pick(random, scene.operations)
    const { paymentId, operationId } = operation
    const text = `${operationId}'s ; "answer" \\ ${below(random, 1_000_000)}`
    const eventId = ids.event()
    const owned = await runAnyhow(stores, random)(paymentId, async tx => {
      const [payment, isMine] = await Promise.all([
        stores.payments.lock(tx, paymentId),
        stores.operations.finish(tx, operation, { state: 'SUCCEEDED', declineReason: null, nowMs: NOW_MS }),
      ])
      expect(payment?.paymentId).toBe(paymentId)
      if (!isMine) return false
      const sequence = payment!.eventCount + 1
      await stores.payments.update(tx, { ...payment!, eventCount: sequence })
      await stores.outbox.insert(
        tx,
        {
          eventId,
          topic: 'payment.authorized',
          messageKey: paymentId,
          sequence,
          payload: text,
          shard: 1,
          traceparent: null,
        },
        NOW_MS,
      )
      await stores.answers.finish(tx, {
        merchantId,
        key: operation.idempotencyKey!,
        answer: answerOf(text),
        nowMs: NOW_MS,
      })
      return true
    })
    if (!owned) return
    expect(model.finished.has(operationId)).toBe(false)
    model.finished.add(operationId)
    model.events.set(eventId, text)
    model.answers.set(operation.idempotencyKey!, text)
    count(scene, paymentId, 1)
  }

  async function add(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const paymentId = pick(random, scene.payments)
    const amount = 1 + below(random, 9)
    const dawdles = random() < 0.2
    await runAnyhow(stores, random)(paymentId, async tx => {
      const payment = await stores.payments.lock(tx, paymentId)
      if (dawdles) await new Promise(setImmediate)
      await stores.payments.update(tx, { ...payment!, eventCount: payment!.eventCount + amount })
    })
    count(scene, paymentId, amount)
  }

  async function refused(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const paymentId = pick(random, scene.payments)
    const work = runAnyhow(stores, random)(paymentId, async tx => {
      const payment = await stores.payments.lock(tx, paymentId)
      await stores.payments.update(tx, { ...payment!, eventCount: 1_000_000, refundedMinor: 1 })
    })
    await expect(work).rejects.toBeInstanceOf(RowRefusedError)
  }

  async function throws(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const paymentId = pick(random, scene.payments)
    const own = new Error(`thrown for ${paymentId}`)
    const work = runAnyhow(stores, random)(paymentId, async tx => {
      const payment = await stores.payments.lock(tx, paymentId)
      await stores.payments.update(tx, { ...payment!, eventCount: 1_000_000 })
      await stores.payments.insert(tx, newPayment({ merchantId: scene.merchantId }))
      throw own
    })
    expect(await work.catch(error => error)).toBe(own)
  }

  async function look(scene: Scene, stores: Stores, random: Random): Promise<void> {
    const paymentId = random() < 0.5 ? pick(random, scene.payments) : ids.payment()
    const found = await runAnyhow(stores, random)(paymentId, tx => stores.payments.lock(tx, paymentId))
    expect(found?.paymentId).toBe(scene.payments.includes(paymentId) ? paymentId : undefined)
  }

  const count = ({ model }: Scene, paymentId: string, more: number) =>
    model.eventCounts.set(paymentId, model.eventCounts.get(paymentId)! + more)

  async function newScene(): Promise<Scene> {
    const merchantId = `model-${ids.payment().slice(-20)}`
    const processes = [scratch.stores(), scratch.stores(4)]
    const payments = times(10, () => newPayment({ merchantId }))
    const operations = payments.map((payment, index) =>
      newOperation(payment.paymentId, { merchantId, idempotencyKey: `given-${index}` }),
    )
    const { database, answers, ...stores } = processes[0]!
    await database.runAlone(async tx => {
      for (const [index, operation] of operations.entries()) {
        await stores.payments.insert(tx, payments[index]!)
        await stores.operations.insert(tx, operation)
        const { operationId } = operation
        const row = {
          merchantId,
          key: `given-${index}`,
          operationId,
          fingerprint: 'v1:',
          canonicalRequest: operationId,
        }
        await answers.open(tx, { ...row, nowMs: NOW_MS })
      }
    })
    return {
      processes,
      merchantId,
      keys: times(15, index => `wanted-${index}`),
      payments: payments.map(payment => payment.paymentId),
      operations,
      model: {
        eventCounts: new Map(payments.map(payment => [payment.paymentId, 0])),
        owners: new Map(payments.map(payment => [payment.idempotencyKey, payment.paymentId])),
        finished: new Set(),
        events: new Map(),
        answers: new Map(operations.map(operation => [operation.idempotencyKey!, null])),
      },
    }
  }

  /** The tables in the form of the model. */
  async function tablesOf(merchantId: string): Promise<Model> {
    const { rows } = scratch.direct
    const payments = await rows<{ payment_id: string; event_count: number; idempotency_key: string }>(
      'SELECT payment_id, event_count, idempotency_key FROM payment WHERE merchant_id = ?',
      [merchantId],
    )
    const finished = await rows<{ operation_id: string }>(
      "SELECT operation_id FROM payment_operation WHERE merchant_id = ? AND state = 'SUCCEEDED'",
      [merchantId],
    )
    const events = await rows<{ event_id: string; payload: string }>(
      'SELECT event_id, payload FROM outbox_event WHERE message_key IN (SELECT payment_id FROM payment WHERE merchant_id = ?)',
      [merchantId],
    )
    const answers = await rows<{ idempotency_key: string; body: Buffer | null }>(
      'SELECT idempotency_key, body FROM idem_response_cache WHERE merchant_id = ?',
      [merchantId],
    )
    return {
      eventCounts: new Map(payments.map(row => [row.payment_id, row.event_count])),
      owners: new Map(payments.map(row => [row.idempotency_key, row.payment_id])),
      finished: new Set(finished.map(row => row.operation_id)),
      events: new Map(events.map(row => [row.event_id, row.payload])),
      answers: new Map(answers.map(row => [row.idempotency_key, row.body === null ? null : row.body.toString('utf8')])),
    }
  }

  const kinds = [claim, claim, record, record, add, add, add, add, refused, throws, look, look]

  test.each(seeds)('leave what the model says (seed %i)', async seed => {
    const scene = await newScene()
    const choose = randomFrom(seed)
    const plans = times(400, index => ({
      work: pick(choose, kinds),
      stores: pick(choose, scene.processes),
      random: randomFrom(seed * 1_000 + index),
    }))
    await Promise.all(
      plans.map(async ({ work, stores, random }) => {
        await somewhatLater(random)
        await work(scene, stores, random)
      }),
    )

    expect(await tablesOf(scene.merchantId)).toEqual(scene.model)
    // The random choices have reached what may happen only once.
    expect(scene.model.finished.size).toBeGreaterThan(5)
    expect(scene.model.owners.size).toBeGreaterThan(20)
  })
})

describe('simultaneous copies of authorizations', () => {
  /** Takes its time, remembers what it decided, and counts what it was asked to execute. */
  class SlowAcquirer implements Acquirer {
    readonly submitted: AcquirerOrder[] = []
    readonly #random: Random

    constructor(random: Random) {
      this.#random = random
    }

    mayTry(): boolean {
      return true
    }

    async submit(order: AcquirerOrder): Promise<Verdict> {
      this.submitted.push(order)
      await somewhatLater(this.#random)
      return order.paymentMethod === 'tok_decline' ? { kind: 'declined', reason: 'refused' } : { kind: 'approved' }
    }

    async inquire(): Promise<never> {
      throw new Error('nobody may ask while the lease runs')
    }

    async cancel(): Promise<never> {
      throw new Error('nobody may cancel')
    }
  }

  const portsOf = (stores: Stores, acquirer: Acquirer): OperationPorts => ({
    ...stores,
    acquirer,
    doorbell: new FakeDoorbell(),
    clock: systemClock,
    ids,
    policy: fakePolicy,
    observer: new FakeObserver(),
  })

  /** What the middleware would make of it; the column is as long as a real fingerprint. */
  function realClaimOf(key: string, request: AuthorizeRequest): Claim {
    const claim = claimOf(key, request)
    return { ...claim, fingerprint: `v1:${createHash('sha256').update(claim.canonicalRequest).digest('hex')}` }
  }

  const KEYS = 8
  const COPIES = 8
  const requestOf = (merchantId: string, index: number): AuthorizeRequest => ({
    merchantId,
    amount: 1_000 * (index + 1),
    currency: 'KRW',
    paymentMethod: index % 4 === 3 ? 'tok_decline' : 'tok_approve',
  })

  function shuffled<T>(random: Random, from: T[]): T[] {
    return from
      .map(item => ({ item, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  }

  test.each(seeds)('of eight copies of eight keys at once one executes each (seed %i)', async seed => {
    const random = randomFrom(seed)
    const merchantId = `copies-${ids.payment().slice(-20)}`
    const acquirer = new SlowAcquirer(random)
    const processes = [scratch.stores(), scratch.stores(3)].map(stores => portsOf(stores, acquirer))
    const ask = async (index: number, stores = 0): Promise<Outcome> => {
      const request = requestOf(merchantId, index)
      const caller = { language: 'en', requestId: `req_${index}` } as const
      return authorizePayment(processes[stores]!, request, realClaimOf(`key-${index}`, request), caller)
    }
    const copies = times(KEYS * COPIES, number => ({
      index: number % KEYS,
      stores: below(random, 2),
      random: randomFrom(seed * 1_000 + number),
    }))
    const spreads = seed % 2 === 0
    const outcomes = await Promise.all(
      shuffled(random, copies).map(async ({ index, stores, random }) => {
        if (spreads) await somewhatLater(random)
        return { index, outcome: await ask(index, stores) }
      }),
    )

    for (const index of times(KEYS, key => key)) {
      const own = outcomes.filter(copy => copy.index === index).map(copy => copy.outcome)
      const executed = own.filter(outcome => outcome.kind === 'answered' && !outcome.replayed)
      expect(executed).toHaveLength(1)
      const again = await until(
        async () => {
          const outcome = await ask(index)
          return outcome.kind === 'answered' ? outcome : undefined
        },
        { what: `the stored answer of key-${index}`, intervalMs: 5 },
      )
      expect(again).toEqual({ ...executed[0], replayed: true })
      for (const outcome of own) expect([{ kind: 'in_progress' }, again, executed[0]]).toContainEqual(outcome)
    }
    const submitted = acquirer.submitted.map(order => order.amountMinor).sort((a, b) => a - b)
    expect(submitted).toEqual(times(KEYS, index => 1_000 * (index + 1)))
    await expectRows(merchantId)
  })

  /** One of everything for each key, and the amounts as asked. */
  async function expectRows(merchantId: string): Promise<void> {
    const { rows } = scratch.direct
    const byKey = await rows(
      `SELECT p.idempotency_key AS 'key', p.amount, p.status, p.event_count, p.pending_operation_id, o.state, o.attempt,
         (SELECT COUNT(*) FROM payment_operation a WHERE a.payment_id = p.payment_id) AS operations,
         (SELECT COUNT(*) FROM outbox_event e WHERE e.message_key = p.payment_id) AS events,
         (SELECT COUNT(*) FROM idem_response_cache i
          WHERE i.merchant_id = p.merchant_id AND i.idempotency_key = p.idempotency_key AND i.operation_id = o.operation_id
            AND i.status_code IS NOT NULL) AS answers
       FROM payment p JOIN payment_operation o ON o.payment_id = p.payment_id WHERE p.merchant_id = ? ORDER BY p.idempotency_key`,
      [merchantId],
    )
    expect(byKey).toEqual(
      times(KEYS, index => ({
        key: `key-${index}`,
        amount: 1_000 * (index + 1),
        status: index % 4 === 3 ? 'DECLINED' : 'AUTHORIZED',
        state: index % 4 === 3 ? 'DECLINED' : 'SUCCEEDED',
        event_count: 1,
        pending_operation_id: null,
        attempt: 1,
        operations: 1,
        events: 1,
        answers: 1,
      })),
    )
  }

  test('many authorizations of one moment share few commits', async () => {
    const { wire, stores } = await scratch.wired()
    const merchantId = `many-${ids.payment().slice(-20)}`
    const ports = portsOf(stores, new SlowAcquirer(() => 0))
    const [payment] = await planted(stores, 1)
    await increment(stores, payment!.paymentId)
    const commitsBefore = wire.count(/\bCOMMIT\b/)
    const outcomes = await Promise.all(
      times(64, index => {
        const request = requestOf(merchantId, index)
        return authorizePayment(ports, request, realClaimOf(`key-${index}`, request), {
          language: 'en',
          requestId: 'req_many',
        })
      }),
    )

    expect(outcomes.filter(outcome => outcome.kind === 'answered' && !outcome.replayed)).toHaveLength(64)
    expect(wire.count(/\bCOMMIT\b/) - commitsBefore).toBeLessThanOrEqual(16)
    expect(
      new Set(outcomes.map(outcome => outcome.kind === 'answered' && JSON.parse(outcome.answer.body).paymentId)),
    ).toHaveProperty('size', 64)
  })
})
