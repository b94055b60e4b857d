/** One more payout of a batch: who gets one, that it is one, and what becomes of it. */
import { describe, expect, test } from '@jest/globals'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { RowRefusedError } from '../payments/ports.ts'
import { createPayouts } from './create-payouts.ts'
import { approveFile, cancelPayout } from './decide-file.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms, PAYOUTS_NOW_MS } from './fake-payouts.ts'
import { batchOf } from './fake-settlements.ts'
import { inquirePayouts } from './inquire-payouts.ts'
import type { SettlementBatch } from './ports.ts'
import { ATTEMPTS_LIMIT, retryBatch } from './retry-batch.ts'
import { sendFiles } from './send-files.ts'

const NO_END = Number.POSITIVE_INFINITY
const MONDAY_MS = Date.UTC(2026, 0, 5) - 9 * 60 * 60_000
const by = { actor: 'Kim', reason: 'the account is put right' }
const { batchId, merchantId, currency } = batchOf(1)

const create = (ports: FakePayoutPorts) => createPayouts(ports, NO_END)
const retry = (ports: FakePayoutPorts) => retryBatch(ports, batchId, by)

/** A batch that is due: the clock stands on Friday, 2026-01-02. */
async function withBatch(given: Partial<SettlementBatch> = {}, db = new FakeDatabase()) {
  const ports = createPayoutPorts(db)
  const batch = batchOf(1, { state: 'CLOSED', dueOn: '2026-01-02', netMinor: 10_000, ...given })
  await ports.transactions.run('batch', tx => ports.batches.insert(tx, batch))
  ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'account closed' })
  return ports
}

/** Its next payout goes the whole way, and the bank says what became of it. */
async function pay(ports: FakePayoutPorts): Promise<void> {
  await create(ports)
  for (const { fileId, state } of ports.payoutFiles.table.rows())
    if (state === 'PREPARED') await approveFile(ports, fileId, by)
  await sendFiles(ports, NO_END)
  await inquirePayouts(ports, NO_END)
}

async function withUsedUp(db = new FakeDatabase()) {
  const ports = await withBatch({}, db)
  for (let attempt = 1; attempt <= 5; attempt++) await pay(ports)
  return ports
}

const attemptsMaxOf = (ports: FakePayoutPorts) => ports.batches.table.rows()[0]!.attemptsMax
const statesOf = (ports: FakePayoutPorts) =>
  ports.payouts.table.rows().map(({ state, attempt }) => `${state} ${attempt}`)
const retriesOf = (ports: FakePayoutPorts) =>
  ports.auditLog.table.rows().filter(({ action }) => action === 'batch.retried')
const termsOf = (given: Partial<DatedTerms>): DatedTerms => ({
  ...fakeTerms,
  ...{ merchantId, currency, validFromMs: 0 },
  ...given,
})

describe('a batch whose attempts are used up', () => {
  test('gets one more payout, to the account that was put right, which waits for an approval', async () => {
    const ports = await withUsedUp()
    expect(await create(ports)).toMatchObject({ created: 0 })
    ports.terms.rows.push(termsOf({ accountToken: 'acct_right', validFromMs: PAYOUTS_NOW_MS }))

    const standing = { kind: 'payable', accountToken: 'acct_right' }
    expect(await retry(ports)).toEqual({ kind: 'retried', attempt: 6, standing })
    expect(retriesOf(ports)).toEqual([
      {
        ...{ ...by, action: 'batch.retried', subject: batchId },
        details: { merchantId, currency, net: 10_000, attempt: 6 },
      },
    ])
    expect(await create(ports)).toMatchObject({ created: 1, files: 1 })
    expect(ports.payouts.table.rows().at(-1)).toMatchObject({
      ...{ attempt: 6, state: 'CREATED', accountToken: 'acct_right', amountMinor: 10_000 },
    })
    expect(ports.payoutFiles.table.rows().at(-1)).toMatchObject({ state: 'PREPARED', approvedBy: null })
  })

  test('gets one, however often it is asked for', async () => {
    const ports = await withUsedUp()
    await retry(ports)
    expect(await retry(ports)).toMatchObject({ kind: 'attempts_left', attempt: 6 })
    expect(attemptsMaxOf(ports)).toBe(6)
    expect(retriesOf(ports)).toHaveLength(1)

    await pay(ports)
    expect(await create(ports)).toMatchObject({ created: 0 })
    expect(statesOf(ports)).toEqual([1, 2, 3, 4, 5, 6].map(attempt => `FAILED ${attempt}`))
    expect(await retry(ports)).toMatchObject({ kind: 'retried', attempt: 7 })
  })

  test('is told of again when that one fails, too', async () => {
    const ports = await withUsedUp()
    expect(ports.payoutAlarms.raised).toEqual([`used up ${batchId}`])
    await retry(ports)
    await pay(ports)
    expect(ports.payoutAlarms.raised).toEqual(Array(2).fill(`used up ${batchId}`))
  })

  test('may have had them canceled by people', async () => {
    const ports = await withBatch()
    for (let attempt = 1; attempt <= 5; attempt++) {
      await create(ports)
      await cancelPayout(ports, ports.payouts.table.rows().at(-1)!.payoutId, by)
    }
    expect(await create(ports)).toMatchObject({ created: 0 })
    expect(await retry(ports)).toMatchObject({ kind: 'retried', attempt: 6 })
    expect(await create(ports)).toMatchObject({ created: 1 })
  })

  test('of a merchant that is held waits until it is not', async () => {
    const ports = await withUsedUp()
    ports.terms.rows.push(termsOf({ heldReason: 'it came back' }))
    expect(await retry(ports)).toEqual({ kind: 'retried', attempt: 6, standing: { kind: 'held' } })
    expect(await create(ports)).toMatchObject({ created: 0, held: 1 })
    expect(await retry(ports)).toEqual({ kind: 'not_closed', state: 'HELD' })

    ports.terms.rows.push(termsOf({ validFromMs: PAYOUTS_NOW_MS }))
    expect(await create(ports)).toMatchObject({ created: 1, released: 1 })
    expect(attemptsMaxOf(ports)).toBe(6)
  })

  test('gets no more than the table takes', async () => {
    const ports = await withUsedUp()
    const [first] = ports.payouts.table.rows()
    await ports.transactions.run('payouts', async tx => {
      for (let attempt = 6; attempt <= ATTEMPTS_LIMIT; attempt++)
        await ports.payouts.insert(tx, { ...first!, payoutId: `out_${attempt}`, attempt })
    })
    expect(await retry(ports)).toEqual({ kind: 'too_many' })
    const beyond = ports.transactions.run('batch', async tx => {
      const batch = await ports.batches.lock(tx, batchId)
      await ports.batches.update(tx, { ...batch!, attemptsMax: ATTEMPTS_LIMIT + 1 })
    })
    await expect(beyond).rejects.toBeInstanceOf(RowRefusedError)
  })

  test.each([1, 2, 3, 4, 5, 6])('asked for by two beside two who make it gets one, seed %i', async seed => {
    const ports = await withUsedUp(new FakeDatabase(shuffledTurns(seed)))
    const outcomes = await Promise.all([retry(ports), create(ports), retry(ports), create(ports)])
    await create(ports)

    expect([outcomes[0], outcomes[2]].filter(({ kind }) => kind === 'retried')).toHaveLength(1)
    expect(attemptsMaxOf(ports)).toBe(6)
    expect(retriesOf(ports)).toHaveLength(1)
    expect(statesOf(ports).slice(5)).toEqual(['CREATED 6'])
  })
})

describe('any other batch gets none', () => {
  test('nobody knows it', async () => {
    expect(await retryBatch(await withBatch(), 'bat_x', by)).toEqual({ kind: 'not_found' })
  })

  test.each(['OPEN', 'HELD', 'PAID', 'CARRIED'] as const)('it is %s', async state => {
    const ports = await withBatch({ state })
    expect(await retry(ports)).toEqual({ kind: 'not_closed', state })
    expect(attemptsMaxOf(ports)).toBe(5)
  })

  test('it has a payout that lives', async () => {
    const ports = await withBatch()
    for (let attempt = 1; attempt <= 4; attempt++) await pay(ports)
    ports.bank.verdictOf = () => ({ kind: 'pending' })
    await pay(ports)

    expect(await retry(ports)).toMatchObject({ kind: 'living', payout: { state: 'SENT', attempt: 5 } })
    expect(attemptsMaxOf(ports)).toBe(5)
    expect(retriesOf(ports)).toEqual([])
  })

  test('it has attempts left, and says when the next one is made', async () => {
    const ports = await withBatch({ dueOn: '2026-01-03' })
    const waits = { kind: 'waits', untilMs: MONDAY_MS }
    expect(await retry(ports)).toEqual({ kind: 'attempts_left', attempt: 1, standing: waits })
    expect(attemptsMaxOf(ports)).toBe(5)
    expect(retriesOf(ports)).toEqual([])
  })
})
