/** What captures, refunds and voids share: refusals, keys, unknown outcomes, and many at once. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { errorBody } from '../contracts/errors.ts'
import { mutationView } from '../contracts/payment.ts'
import { authorizePayment } from './authorize-payment.ts'
import { type Change, changePayment } from './change-payment.ts'
import { shuffledTurns } from './fake-store.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  FAKE_NOW_MS,
  type FakePorts,
  replayOf,
  resolveDue,
} from './fakes.ts'
import { DependencyUnavailableError, DuplicateKeyError, type Verdict } from './ports.ts'

const AMOUNT = 10_000
const NO_SUCH_PAYMENT = 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

type Kind = Change['kind']

/** A payment that is ready for the operation. */
async function readyFor(kind: Kind, ports: FakePorts = createFakePorts()) {
  const authorized = await authorizePayment(ports, authorizeRequestOf({ amount: AMOUNT }), claimOf('key-0'), caller)
  const { paymentId } = bodyIn(authorized)
  if (kind === 'refund') await changePayment(ports, { kind: 'capture', paymentId }, undefined, caller)
  ports.acquirer.calls.length = 0
  ports.doorbell.rings.length = 0
  return { ports, paymentId }
}

interface Call {
  kind: Kind
  paymentId: string
  key?: string
  amountMinor?: number
  merchantId?: string
}

/** As the handler would: the claim speaks of the same request as the change. */
const change = (ports: FakePorts, { key, ...rest }: Call) => {
  const { kind, paymentId, amountMinor: amount, merchantId } = rest
  const body = JSON.parse(JSON.stringify({ amount, merchantId }))
  return changePayment(ports, rest, key === undefined ? undefined : claimFor(key, kind, paymentId, body), caller)
}

const paymentIn = (ports: FakePorts) => ports.payments.table.rows()[0]!
const storedUnder = (ports: FakePorts, key: string) => ports.answers.find('shop', key)

describe.each<{ kind: Kind; done: string; conflict: string; event: string }>([
  { kind: 'capture', done: 'COMPLETED', conflict: 'CAPTURE_CONFLICT', event: 'payment.captured' },
  { kind: 'refund', done: 'REFUNDED', conflict: 'REFUND_CONFLICT', event: 'payment.refunded' },
])('a $kind', ({ kind, done, conflict, event }) => {
  describe('that succeeds', () => {
    test('answers 200 with a payment that fits the contract, and writes entry, event and answer together', async () => {
      const { ports, paymentId } = await readyFor(kind)

      const answer = answerIn(await change(ports, { kind, paymentId, key: 'key-1' }))

      const view = mutationView.parse(JSON.parse(answer.body))
      const newest = ports.outbox.table.rows().at(-1)!
      const entry = ports.ledger.table.rows().at(-1)!
      expect(answer.statusCode).toBe(200)
      expect(view).toMatchObject({ paymentId, status: done, pendingOperation: null })
      expect(newest).toMatchObject({ topic: event, messageKey: paymentId, sequence: paymentIn(ports).eventCount })
      expect(entry).toMatchObject({ type: kind, eventId: newest.eventId, amountMinor: AMOUNT, currency: 'KRW' })
      expect(view.ledgerEntries.at(-1)).toMatchObject({ entryId: entry.entryId, type: kind, amount: AMOUNT })
      expect(await storedUnder(ports, 'key-1')).toMatchObject({
        operationId: view.operationId,
        finished: { answer, finishedAtMs: FAKE_NOW_MS },
      })
      expect(ports.doorbell.rings).toEqual([paymentIn(ports).shard])
    })

    test('is the same without a key, and with all that is left said', async () => {
      for (const amountMinor of [undefined, AMOUNT]) {
        const { ports, paymentId } = await readyFor(kind)

        expect(bodyIn(await change(ports, { kind, paymentId, amountMinor })).status).toBe(done)
        expect(ports.operations.table.rows().at(-1)).toMatchObject({ kind, amountMinor: AMOUNT, idempotencyKey: null })
      }
    })

    test('is replayed byte for byte to its key, and reaches the acquirer once', async () => {
      const { ports, paymentId } = await readyFor(kind)

      const first = await change(ports, { kind, paymentId, key: 'key-1' })
      const again = await change(ports, { kind, paymentId, key: 'key-1' })

      expect(again).toEqual(replayOf(first))
      expect(ports.acquirer.asked).toEqual(['submit'])
    })

    test('says until when its key keeps the answer, a repeat the same; without a key nothing', async () => {
      const { ports, paymentId } = await readyFor(kind)

      const first = await change(ports, { kind, paymentId, key: 'key-1' })
      ports.clock.advance(1)
      const again = await change(ports, { kind, paymentId, key: 'key-1' })
      const keyless = await change(ports, { kind, paymentId })

      const expiresAtMs = FAKE_NOW_MS + ports.policy.answersKeptMs
      expect([first, again, keyless]).toMatchObject([{ expiresAtMs }, { expiresAtMs }, { expiresAtMs: null }])
    })

    test('is safe by state without a key: the repeat is a conflict, and nothing is stored', async () => {
      const { ports, paymentId } = await readyFor(kind)
      await change(ports, { kind, paymentId })

      const again = answerIn(await change(ports, { kind, paymentId }))

      expect(again.statusCode).toBe(409)
      expect(JSON.parse(again.body)).toMatchObject({ code: conflict, details: { reason: 'status', status: done } })
      expect(ports.acquirer.asked).toEqual(['submit'])
      expect(ports.answers.table.rows()).toHaveLength(1)
    })
  })

  describe('of a payment that is not there for the caller', () => {
    test.each([
      { what: 'no such payment', call: { paymentId: NO_SUCH_PAYMENT } },
      { what: "another merchant's payment", call: { merchantId: 'other' } },
      { what: "a merchant that differs from the payment's in case", call: { merchantId: 'Shop' } },
    ])('$what is not found, and the key stays free', async ({ call }) => {
      const { ports, paymentId } = await readyFor(kind)

      expect(await change(ports, { kind, paymentId, key: 'key-1', ...call })).toEqual({ kind: 'not_found' })

      expect(ports.acquirer.calls).toEqual([])
      expect(bodyIn(await change(ports, { kind, paymentId, key: 'key-1', merchantId: 'shop' })).status).toBe(done)
    })
  })

  describe('that the state or the amount forbids', () => {
    test('is refused with what is left, asks nobody, and changes nothing', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const before = paymentIn(ports)

      const answer = answerIn(await change(ports, { kind, paymentId, key: 'key-1', amountMinor: AMOUNT + 1 }))

      expect(answer.statusCode).toBe(409)
      expect(errorBody.parse(JSON.parse(answer.body))).toEqual({
        code: conflict,
        message: expect.any(String),
        requestId: caller.requestId,
        paymentId,
        details: { reason: 'amount', status: before.status, remaining: AMOUNT },
      })
      expect(ports.acquirer.calls).toEqual([])
      expect(paymentIn(ports)).toEqual(before)
      expect(ports.doorbell.rings).toEqual([])
    })

    test('is stored under its key and replayed, whatever becomes of the payment', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const refused = await change(ports, { kind, paymentId, key: 'key-1', amountMinor: AMOUNT + 1 })
      await change(ports, { kind, paymentId, key: 'key-2' })

      const again = await change(ports, { kind, paymentId, key: 'key-1', amountMinor: AMOUNT + 1 })

      expect(again).toEqual(replayOf(refused))
      expect(await storedUnder(ports, 'key-1')).toMatchObject({
        operationId: null,
        finished: { answer: answerIn(refused) },
      })
    })

    test('says until when its key keeps it; from then on the key has expired, also for another request', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const ask = (amountMinor: number) => change(ports, { kind, paymentId, key: 'key-1', amountMinor })
      const { answersKeptMs } = ports.policy

      expect(await ask(AMOUNT + 1)).toMatchObject({ expiresAtMs: FAKE_NOW_MS + answersKeptMs })
      ports.clock.advance(answersKeptMs - 1)
      expect(await ask(AMOUNT + 1)).toMatchObject({ expiresAtMs: FAKE_NOW_MS + answersKeptMs })
      ports.clock.advance(1)
      expect([await ask(AMOUNT + 1), await ask(AMOUNT)]).toEqual([{ kind: 'expired' }, { kind: 'expired' }])
      expect(ports.acquirer.calls).toEqual([])
    })
  })

  describe('beside another operation', () => {
    test('is busy while the payment is worked on; nothing is stored, and it may come again', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const answerNow = ports.acquirer.hold('submit')
      const first = change(ports, { kind, paymentId, key: 'key-1' })
      await ports.acquirer.untilAsked(1)
      const { status } = paymentIn(ports)

      expect(await change(ports, { kind, paymentId, key: 'key-2' })).toEqual({ kind: 'busy', paymentId, status })
      expect(await change(ports, { kind, paymentId })).toEqual({ kind: 'busy', paymentId, status })
      expect(await change(ports, { kind, paymentId, key: 'key-1' })).toEqual({ kind: 'in_progress' })
      expect(await storedUnder(ports, 'key-2')).toBeUndefined()

      answerNow({ kind: 'declined', reason: 'not_today' })
      await first
      expect(bodyIn(await change(ports, { kind, paymentId, key: 'key-2' })).status).toBe(done)
    })

    test('the status stays while it is pending, and the operation shows', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const before = paymentIn(ports)
      const answerNow = ports.acquirer.hold('submit')
      const running = change(ports, { kind, paymentId })
      await ports.acquirer.untilAsked(1)

      const { operationId } = ports.operations.table.rows().at(-1)!
      expect(paymentIn(ports)).toEqual({ ...before, pendingOperationId: operationId })
      expect((await ports.reader.find(paymentId))!.pendingOperation).toMatchObject({
        operationId,
        kind,
        amountMinor: AMOUNT,
      })
      answerNow({ kind: 'approved' })
      await running
    })
  })

  describe('with a key that means something else', () => {
    test('the key of another route differs in the operation alone', async () => {
      const { ports, paymentId } = await readyFor(kind)

      expect(await change(ports, { kind, paymentId, key: 'key-0' })).toEqual({
        kind: 'different_request',
        differences: ['/operation'],
      })
    })

    test('the key of another payment differs in the payment, and in whatever else differs', async () => {
      const { ports, paymentId } = await readyFor(kind)
      await change(ports, { kind, paymentId, key: 'key-1' })
      const other = bodyIn(
        await authorizePayment(ports, authorizeRequestOf(), claimOf('key-2', authorizeRequestOf()), caller),
      ).paymentId
      if (kind === 'refund') await change(ports, { kind: 'capture', paymentId: other })

      expect(await change(ports, { kind, paymentId: other, key: 'key-1', amountMinor: AMOUNT })).toEqual({
        kind: 'different_request',
        differences: ['/paymentId', '/amount'],
      })
      expect(ports.operations.table.rows().filter(row => row.idempotencyKey === 'key-1')).toHaveLength(1)
    })

    // The state would allow a new conflict under the old key; the key is worth more.
    test('a key whose answer was pruned is expired, neither executed nor refused again', async () => {
      const { ports, paymentId } = await readyFor(kind)
      await change(ports, { kind, paymentId, key: 'key-1' })
      ports.answers.drop('shop', 'key-1')

      expect(await change(ports, { kind, paymentId, key: 'key-1' })).toEqual({ kind: 'expired' })
      expect(await storedUnder(ports, 'key-1')).toBeUndefined()
      expect(ports.acquirer.asked).toEqual(['submit'])
    })
  })

  describe('that the acquirer declines', () => {
    test('answers 402, leaves status and totals, writes no entry and no event, and lets the next one through', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const before = paymentIn(ports)
      const [entries, events] = [ports.ledger.table.rows(), ports.outbox.table.rows()]
      ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

      const answer = answerIn(await change(ports, { kind, paymentId, key: 'key-1' }))

      expect(answer.statusCode).toBe(402)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'PAYMENT_DECLINED', details: { reason: 'not_today' } })
      expect(paymentIn(ports)).toEqual(before)
      expect(ports.ledger.table.rows()).toEqual(entries)
      expect(ports.outbox.table.rows()).toEqual(events)
      expect(ports.doorbell.rings).toEqual([])
      expect(await change(ports, { kind, paymentId, key: 'key-1' })).toMatchObject({ replayed: true, answer })
      expect(bodyIn(await change(ports, { kind, paymentId, key: 'key-2' })).status).toBe(done)
    })
  })

  describe('whose outcome is unknown', () => {
    const unknown = async (key: string | undefined) => {
      const { ports, paymentId } = await readyFor(kind)
      ports.acquirer.script.submit.push({ kind: 'unknown' })
      const outcome = await change(ports, { kind, paymentId, key })
      const { operationId } = ports.operations.table.rows().at(-1)!
      expect(outcome).toEqual({ kind: 'unknown', paymentId, operationId, inquiryInMs: 1_000 })
      return { ports, paymentId }
    }

    test('keeps the payment for itself; its key inquires, every other request is busy', async () => {
      const { ports, paymentId } = await unknown('key-1')

      expect(await change(ports, { kind, paymentId, key: 'key-2' })).toMatchObject({ kind: 'busy' })
      expect(await change(ports, { kind, paymentId })).toMatchObject({ kind: 'busy' })
      ports.acquirer.script.inquire.push({ kind: 'approved' })
      expect(bodyIn(await change(ports, { kind, paymentId, key: 'key-1' })).status).toBe(done)
      expect(ports.acquirer.asked).toEqual(['submit', 'inquire'])
    })

    test('without a key it waits for the resolver', async () => {
      const { ports, paymentId } = await unknown(undefined)
      ports.acquirer.script.inquire.push({ kind: 'approved' })
      ports.clock.advance(ports.policy.inquiryBackoffMs)

      await resolveDue(ports)

      expect(paymentIn(ports)).toMatchObject({ paymentId, status: done, pendingOperationId: null })
    })

    test('a slow answer without a key does not undo what the resolver recorded', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const answerNow = ports.acquirer.hold('submit')
      ports.acquirer.script.inquire.push({ kind: 'declined', reason: 'not_today' })
      const slow = change(ports, { kind, paymentId })
      await ports.acquirer.untilAsked(1)
      const { status } = paymentIn(ports)
      ports.clock.advance(ports.policy.leaseMs)
      await resolveDue(ports)

      answerNow({ kind: 'approved' })

      const { operationId } = ports.operations.table.rows().at(-1)!
      expect(await slow).toEqual({ kind: 'unknown', paymentId, operationId, inquiryInMs: 1_000 })
      expect(paymentIn(ports)).toMatchObject({ status, pendingOperationId: null })
    })
  })

  describe('in a database that fails', () => {
    // It is no sign of an earlier request: that its event exists already is a bug of ours.
    test('a row of the outcome that exists already is not taken for a used key', async () => {
      const { ports, paymentId } = await readyFor(kind)
      const { eventId } = ports.outbox.table.rows()[0]!
      ports.ids.event = () => eventId

      await expect(change(ports, { kind, paymentId, key: 'key-1' })).rejects.toThrow(DuplicateKeyError)
    })

    test('a claim that was lost leaves the payment free', async () => {
      const { ports, paymentId } = await readyFor(kind)
      ports.transactions.failNextCommit('before')

      await expect(change(ports, { kind, paymentId, key: 'key-1' })).rejects.toThrow(DependencyUnavailableError)

      expect(paymentIn(ports).pendingOperationId).toBeNull()
      expect(bodyIn(await change(ports, { kind, paymentId, key: 'key-1' })).status).toBe(done)
    })

    test('status, totals, entry, event and answer are written together or not at all', async () => {
      const { ports, paymentId } = await readyFor(kind)
      ports.acquirer.script.submit.push(async () => {
        ports.transactions.failNextCommit('before')
        return { kind: 'approved' }
      })
      const [entries, events] = [ports.ledger.table.rows(), ports.outbox.table.rows()]

      await expect(change(ports, { kind, paymentId, key: 'key-1' })).rejects.toThrow(DependencyUnavailableError)

      expect(paymentIn(ports).status).not.toBe(done)
      expect(paymentIn(ports).pendingOperationId).not.toBeNull()
      expect(ports.ledger.table.rows()).toEqual(entries)
      expect(ports.outbox.table.rows()).toEqual(events)
      expect((await storedUnder(ports, 'key-1'))!.finished).toBeUndefined()
    })
  })

  describe('many times at once', () => {
    const seeds = [SEED, SEED + 1, SEED + 2]

    test.each(seeds)(
      'fifty copies with one key are one operation, and end with the same bytes (seed %i)',
      async seed => {
        const { ports, paymentId } = await readyFor(kind, createFakePorts({ turn: shuffledTurns(seed) }))

        const outcomes = await Promise.all(
          Array.from({ length: 50 }, () => change(ports, { kind, paymentId, key: 'key-1' })),
        )

        expect(ports.acquirer.asked).toEqual(['submit'])
        for (const outcome of outcomes) expect(['answered', 'in_progress']).toContain(outcome.kind)
        const retried = await Promise.all(outcomes.map(() => change(ports, { kind, paymentId, key: 'key-1' })))
        expect(new Set(retried.map(outcome => answerIn(outcome).body)).size).toBe(1)
        expect(ports.ledger.table.rows().filter(entry => entry.type === kind)).toHaveLength(1)
      },
    )

    test.each(seeds)('with a key each, and with none, one is executed (seed %i)', async seed => {
      const { ports, paymentId } = await readyFor(kind, createFakePorts({ turn: shuffledTurns(seed) }))

      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          change(ports, { kind, paymentId, key: index % 2 === 0 ? `own-${index}` : undefined }),
        ),
      )

      expect(ports.acquirer.asked).toEqual(['submit'])
      const succeeded = outcomes.filter(outcome => outcome.kind === 'answered' && outcome.answer.statusCode === 200)
      expect(succeeded).toHaveLength(1)
      expect(ports.ledger.table.rows().filter(entry => entry.type === kind)).toHaveLength(1)
    })
  })
})

describe('captures and refunds at once', () => {
  test.each([SEED, SEED + 1, SEED + 2])('never overlap, and the books agree with the payment (seed %i)', async seed => {
    const { ports, paymentId } = await readyFor('capture', createFakePorts({ turn: shuffledTurns(seed) }))
    let pendingCount = 0
    let pendingMax = 0
    const submit = async (): Promise<Verdict> => {
      pendingMax = Math.max(pendingMax, ++pendingCount)
      await ports.transactions.turn()
      pendingCount--
      return { kind: 'approved' }
    }
    ports.acquirer.script.submit.push(submit, submit, submit, submit)

    for (let round = 0; round < 3; round++)
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          change(ports, { kind: index % 2 === 0 ? 'refund' : 'capture', paymentId, key: `key-${round}-${index}` }),
        ),
      )

    expect(pendingMax).toBe(1)
    expect(paymentIn(ports)).toMatchObject({ status: 'REFUNDED', capturedMinor: AMOUNT, refundedMinor: AMOUNT })
    expect(ports.ledger.table.rows().map(entry => entry.type)).toEqual(['capture', 'refund'])
    expect(ports.outbox.table.rows().map(row => row.sequence)).toEqual([1, 2, 3])
  })
})
