/** The contract of `Transactions`: all or nothing, whose error it is, what others see, and locks. */
import { describe, expect, test } from '@jest/globals'
import type { Payment } from '../../shared/domain/payment.ts'
import {
  DependencyUnavailableError,
  DuplicateKeyError,
  RowRefusedError,
  type Transaction,
} from '../../shared/payments/ports.ts'
import { newOperation, newPayment, times } from '../support/rows.ts'
import { inTheMiddleOf, type OpenPorts, type PortsUnderTest } from './ports-under-test.ts'

export function describeTransactions(name: string, open: OpenPorts): void {
  describe(`transactions of ${name}`, () => {
    testOutcomes(open)
    testViews(open)
    testLocks(open)
  })
}

type NewPayment = Payment & { idempotencyKey: string }

const insert = ({ transactions, payments }: PortsUnderTest, payment: NewPayment): Promise<void> =>
  transactions.run(payment.paymentId, tx => payments.insert(tx, payment))

async function withPayments(open: OpenPorts, count: number) {
  const ports = await open()
  const rows = times(count, () => newPayment())
  for (const payment of rows) await insert(ports, payment)
  return { ports, rows, ids: rows.map(payment => payment.paymentId) }
}

/** Reads the event count and writes one more; gives what it wrote. */
const increment = ({ transactions, payments }: PortsUnderTest, paymentId: string): Promise<number> =>
  transactions.run(paymentId, async tx => {
    const payment = await payments.lock(tx, paymentId)
    const eventCount = payment!.eventCount + 1
    await payments.update(tx, { ...payment!, eventCount })
    return eventCount
  })

const countOf = async ({ reader }: PortsUnderTest, paymentId: string): Promise<number | undefined> =>
  (await reader.find(paymentId))?.payment.eventCount

function testOutcomes(open: OpenPorts): void {
  test('give what the work gives, and keep all that it wrote', async () => {
    const ports = await open()
    const payment = newPayment()

    const given = await ports.transactions.run(payment.paymentId, async tx => {
      await ports.payments.insert(tx, payment)
      await ports.operations.insert(tx, newOperation(payment.paymentId))
      return 'given'
    })

    expect(given).toBe('given')
    expect(await countOf(ports, payment.paymentId)).toBe(0)
    expect(await ports.reader.operations(payment.paymentId)).toHaveLength(1)
    expect(await ports.transactions.run('nothing', async () => 'nothing asked')).toBe('nothing asked')
  })

  test('keep nothing of a work that throws, and throw the same', async () => {
    const { ports, ids } = await withPayments(open, 1)
    const added = newPayment()
    for (const thrown of [new RangeError('of the work'), 'a text', undefined]) {
      const failing = ports.transactions.run(ids[0]!, async tx => {
        await ports.payments.insert(tx, added)
        const before = await ports.payments.lock(tx, ids[0]!)
        await ports.payments.update(tx, { ...before!, eventCount: 70 })
        throw thrown
      })

      await expect(
        failing.then(
          () => 'kept',
          error => [error],
        ),
      ).resolves.toEqual([thrown])
      expect(await countOf(ports, ids[0]!)).toBe(0)
      expect(await countOf(ports, added.paymentId)).toBeUndefined()
    }
  })

  test('keep nothing of a work that writes a row which is refused', async () => {
    const { ports, rows } = await withPayments(open, 1)
    const [fine, refused] = times(2, () => newPayment())
    const twice = ports.transactions.run('twice', async tx => {
      await ports.payments.insert(tx, fine!)
      await ports.payments.insert(tx, rows[0]!)
    })
    await expect(twice).rejects.toBeInstanceOf(DuplicateKeyError)
    const wrong = ports.transactions.run('wrong', async tx => {
      await ports.payments.insert(tx, fine!)
      await ports.payments.insert(tx, { ...refused!, amountMinor: 0 })
    })
    await expect(wrong).rejects.toBeInstanceOf(RowRefusedError)

    expect(await countOf(ports, fine!.paymentId)).toBeUndefined()
  })

  test('give nobody the error of another', async () => {
    const { ports, rows } = await withPayments(open, 1)
    const own = new RangeError('of one work')
    const fine = times(6, () => newPayment())
    const throwing = ports.transactions.run('throws', async () => {
      throw own
    })
    const all = [...fine.slice(0, 3).map(payment => insert(ports, payment)), insert(ports, rows[0]!), throwing]
    const results = await Promise.allSettled([...all, ...fine.slice(3).map(payment => insert(ports, payment))])

    expect(results.map(result => (result.status === 'rejected' ? result.reason : undefined))).toEqual([
      ...times(3, () => undefined),
      expect.any(DuplicateKeyError),
      own,
      ...times(3, () => undefined),
    ])
    for (const { paymentId } of fine) expect(await countOf(ports, paymentId)).toBe(0)
  })
}

const countIn = async ({ operations }: PortsUnderTest, tx: Transaction, paymentId: string): Promise<number> =>
  (await operations.summary(tx, paymentId)).count

function testViews(open: OpenPorts): void {
  test('a work sees what it wrote; others see it when it is committed, and never when it is rolled back', async () => {
    for (const end of ['commit', 'rollback'] as const) {
      const ports = await open()
      const { paymentId } = newPayment()
      const write = async (tx: Transaction) => {
        await ports.operations.insert(tx, newOperation(paymentId))
        expect(await countIn(ports, tx, paymentId)).toBe(1)
      }
      const countElsewhere = () => ports.transactions.run(paymentId, tx => countIn(ports, tx, paymentId))

      await inTheMiddleOf(ports, write, async () => expect(await countElsewhere()).toBe(0), end)

      expect(await countElsewhere()).toBe(end === 'commit' ? 1 : 0)
    }
  })

  test('a work that is not over sees what others have committed since it began', async () => {
    const ports = await open()
    const { paymentId } = newPayment()
    await ports.separate.run('looks twice', async tx => {
      expect(await countIn(ports, tx, paymentId)).toBe(0)
      await ports.transactions.run(paymentId, other => ports.operations.insert(other, newOperation(paymentId)))
      expect(await countIn(ports, tx, paymentId)).toBe(1)
    })
  })

  test('a transaction that is over is of no use to anybody who kept it', async () => {
    const { ports, rows } = await withPayments(open, 1)
    const [payment] = rows
    const kept = await ports.transactions.run(payment!.paymentId, async tx => {
      await ports.payments.lock(tx, payment!.paymentId)
      return tx
    })

    await expect(ports.payments.lock(kept, payment!.paymentId)).rejects.toThrow()
    await expect(ports.payments.update(kept, { ...payment!, eventCount: 99 })).rejects.toThrow()
    expect(await increment(ports, payment!.paymentId)).toBe(1)
  })
}

function testLocks(open: OpenPorts): void {
  test('twenty at once on one payment count to twenty, while others count their own', async () => {
    const { ports, ids } = await withPayments(open, 3)
    const asked = ids.flatMap((id, index) => times(index === 0 ? 20 : 5, () => increment(ports, id)))
    await Promise.all(asked)

    expect(await Promise.all(ids.map(id => countOf(ports, id)))).toEqual([20, 5, 5])
  })

  test('whoever wants a locked row waits for the end of who holds it, and others do not', async () => {
    const { ports, ids } = await withPayments(open, 2)
    const order: string[] = []
    let waiting: Promise<unknown> = Promise.resolve()
    await inTheMiddleOf(
      ports,
      tx => ports.payments.lock(tx, ids[0]!),
      async () => {
        waiting = increment(ports, ids[0]!).then(() => order.push('who waited'))
        await increment(ports, ids[1]!)
        order.push('another')
      },
    )
    await waiting

    expect(order).toEqual(['another', 'who waited'])
  })

  test('a key that somebody is about to commit is waited for: then it is taken, or free', async () => {
    for (const end of ['commit', 'rollback'] as const) {
      const ports = await open()
      const [first, second] = times(2, () => ({ ...newPayment(), idempotencyKey: 'wanted' }))
      let asked: Promise<unknown> = Promise.resolve()
      const ask = async () => {
        asked = insert(ports, second!).then(
          () => 'inserted',
          error => error,
        )
        // Not an insert: on MariaDB it could meet the lock of the one that waits, on the gap before its key.
        await ports.transactions.run('another', tx => ports.payments.lock(tx, 'pay_unknown'))
      }
      await inTheMiddleOf(ports, tx => ports.payments.insert(tx, first!), ask, end)

      expect(await asked).toEqual(end === 'commit' ? expect.any(DuplicateKeyError) : 'inserted')
    }
  })

  test('of two that wait for each other one is run again from its beginning, and both are done', async () => {
    const { ports, ids } = await withPayments(open, 2)
    const bothHoldOne = Promise.withResolvers<void>()
    let begun = 0
    let holding = 0
    const addToBoth = (wanted: string[]) =>
      ports.separate.run(wanted.join(), async tx => {
        begun++
        for (const id of wanted) {
          const before = await ports.payments.lock(tx, id)
          await ports.payments.update(tx, { ...before!, eventCount: before!.eventCount + 1 })
          if (++holding === 2) bothHoldOne.resolve()
          await bothHoldOne.promise
        }
      })
    await Promise.all([addToBoth(ids), addToBoth(ids.toReversed())])

    expect(begun).toBe(3)
    expect(await Promise.all(ids.map(id => countOf(ports, id)))).toEqual([2, 2])
  })

  test('a work that meets a lock each time is run a few times, each from its beginning, and then told to come again', async () => {
    const ports = await open()
    const event = { eventId: 'e-1', topic: 'payment.authorized', messageKey: 'e', sequence: 1, payload: '{}', shard: 0 }
    await ports.transactions.run('e', tx => ports.outbox.insert(tx, { ...event, traceparent: null }, 0))
    const wanted = { shards: [0], nowMs: 1, limitEach: 1, withoutTopics: [] }
    const payment = newPayment()
    let tries = 0
    await inTheMiddleOf(
      ports,
      tx => ports.outbox.lockUnpublished(tx, { ...wanted, ifLocked: 'wait' }),
      async () => {
        const failing = ports.transactions.run(payment.paymentId, async tx => {
          tries++
          await ports.payments.insert(tx, payment)
          await ports.outbox.lockUnpublished(tx, { ...wanted, ifLocked: 'fail' })
        })
        await expect(failing).rejects.toBeInstanceOf(DependencyUnavailableError)
      },
    )

    // In a group at first, and then three times alone.
    expect([3, 4]).toContain(tries)
    expect(await countOf(ports, payment.paymentId)).toBeUndefined()
  })
}
