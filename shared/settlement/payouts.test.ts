/** Payouts from the closed batch to the bank's answer: each step once, whoever dies or runs beside it. */
import { describe, expect, test } from '@jest/globals'
import { payoutEvent } from '../contracts/settlement-events.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { heldPayouts } from './cancel-held.ts'
import { createPayouts, releasable } from './create-payouts.ts'
import { approveFile, cancelFile, cancelPayout } from './decide-file.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms, ScriptedBank } from './fake-payouts.ts'
import { inquirePayouts } from './inquire-payouts.ts'
import type { SettlementBatch } from './ports.ts'
import { sendFiles } from './send-files.ts'
import { AHEAD_MS_MIN } from './set-terms.ts'

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
const NO_END = Number.POSITIVE_INFINITY
const decision = { actor: 'Kim', reason: 'the usual run' }

const create = (ports: FakePayoutPorts) => createPayouts(ports, NO_END)
const send = (ports: FakePayoutPorts) => sendFiles(ports, NO_END)
const inquire = (ports: FakePayoutPorts) => inquirePayouts(ports, NO_END)

/** A closed batch that is due: the clock stands on Friday, 2026-01-02. */
async function addBatch(ports: FakePayoutPorts, given: Partial<SettlementBatch> = {}): Promise<SettlementBatch> {
  const batch: SettlementBatch = {
    ...{ batchId: ports.ids.batch(), merchantId: 'shop', currency: 'KRW', periodEnd: '2025-12-30', sequence: 1 },
    ...{ dueOn: '2026-01-02', state: 'CLOSED', itemCount: 1, netMinor: 10_000 },
    ...{ openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
    ...given,
  }
  await ports.transactions.run('batch', tx => ports.batches.insert(tx, batch))
  return batch
}

async function withBatches(count = 1, db = new FakeDatabase()) {
  const ports = createPayoutPorts(db)
  for (let number = 1; number <= count; number++) await addBatch(ports, { merchantId: `shop${number}` })
  return ports
}

async function withApproved(count = 1) {
  const ports = await withBatches(count)
  await create(ports)
  const { fileId } = ports.payoutFiles.table.rows()[0]!
  await approveFile(ports, fileId, decision)
  return { ports, fileId }
}

async function withSent(count = 1) {
  const { ports, fileId } = await withApproved(count)
  await send(ports)
  return { ports, fileId }
}

const statesOf = (ports: FakePayoutPorts) =>
  ports.payouts.table.rows().map(({ state, attempt }) => `${state} ${attempt}`)
const fileOf = (ports: FakePayoutPorts) => ports.payoutFiles.table.rows()[0]!
const entriesOf = (ports: FakePayoutPorts) =>
  ports.settlementLedger.table.rows().map(({ type, amountMinor }) => `${type} ${amountMinor}`)
const eventsOf = (ports: FakePayoutPorts) =>
  ports.outbox.table.rows().map(({ topic, sequence, payload }) => {
    const event = payoutEvent.parse(JSON.parse(payload))
    return `${topic} ${sequence} ${event.payout.state}`
  })

const termsOf = (given: Partial<DatedTerms>): DatedTerms => ({
  ...fakeTerms,
  ...{ merchantId: 'shop1', currency: 'KRW', validFromMs: 0 },
  ...given,
})

describe('createPayouts', () => {
  test('makes payout, ledger entry and event of a batch that is due, and a file of them', async () => {
    const ports = await withBatches(2)
    expect(await create(ports)).toEqual({ created: 2, canceled: 0, held: 0, released: 0, files: 1 })

    expect(statesOf(ports)).toEqual(['CREATED 1', 'CREATED 1'])
    expect(ports.settlementLedger.table.rows()[0]).toMatchObject({
      type: 'payout',
      debitAccount: 'merchant_payable:shop1',
      creditAccount: 'payout_in_transit',
      amountMinor: 10_000,
      subjectId: ports.payouts.table.rows()[0]!.payoutId,
    })
    expect(eventsOf(ports)).toEqual(['payout.created 1 CREATED', 'payout.created 1 CREATED'])
    expect(fileOf(ports)).toMatchObject({
      state: 'PREPARED',
      payoutCount: 2,
      totalMinor: 20_000,
      executeOn: '2026-01-02',
    })
    expect(await create(ports)).toEqual({ created: 0, canceled: 0, held: 0, released: 0, files: 0 })
  })

  test('makes a file for each currency', async () => {
    const ports = await withBatches(2)
    await addBatch(ports, { currency: 'USD' })
    await create(ports)

    expect(ports.payoutFiles.table.rows().map(file => [file.currency, file.payoutCount])).toEqual([
      ['KRW', 2],
      ['USD', 1],
    ])
  })

  test('waits for the day, and for a business day', async () => {
    const ports = await withBatches(0)
    await addBatch(ports, { dueOn: '2026-01-03' })
    expect((await create(ports)).created).toBe(0)
    // Saturday, Sunday.
    for (const _ of [3, 4]) {
      ports.clock.advanceVirtual(DAY_MS)
      expect((await create(ports)).created).toBe(0)
    }
    ports.clock.advanceVirtual(DAY_MS)
    expect((await create(ports)).created).toBe(1)
  })

  test('pays nothing to a merchant without an account', async () => {
    const ports = await withBatches()
    ports.terms.rows.push(termsOf({ accountToken: null }))
    expect((await create(ports)).created).toBe(0)
    expect(ports.batches.table.rows()[0]!.state).toBe('CLOSED')
  })

  test('holds the batch of a merchant that is held, until it is not', async () => {
    const ports = await withBatches()
    ports.terms.rows.push(termsOf({ heldReason: 'the account came back' }))
    expect(await create(ports)).toMatchObject({ created: 0, held: 1 })
    expect(ports.batches.table.rows()[0]!.state).toBe('HELD')
    expect(await create(ports)).toMatchObject({ held: 0, released: 0 })

    ports.terms.rows.push(termsOf({ validFromMs: ports.clock.virtualNowMs() }))
    expect(await create(ports)).toMatchObject({ created: 1, released: 1 })
  })

  test('releases a batch behind any number of others that are still held', async () => {
    const ports = await withBatches(3)
    const held = (number: number) => termsOf({ merchantId: `shop${number}`, heldReason: 'it came back' })
    ports.terms.rows.push(held(1), held(2), held(3))
    expect(await create(ports)).toMatchObject({ held: 3 })

    const nowMs = ports.clock.virtualNowMs()
    ports.terms.rows.push(termsOf({ merchantId: 'shop3', validFromMs: nowMs }))
    for (const pageHeld of [1, 2, 3, 4]) {
      const found = await releasable(ports, nowMs, pageHeld)
      expect(found.map(({ merchantId }) => merchantId)).toEqual(['shop3'])
    }
  })

  test('pays nothing to a merchant that is held after its terms were read, or within a minute', async () => {
    const ports = await withBatches()
    const soon = termsOf({ heldReason: 'it came back', validFromMs: ports.clock.virtualNowMs() + AHEAD_MS_MIN })
    const { terms } = ports
    let looks = 0
    const listTerms: typeof terms.listTerms = async (...given) => {
      if (looks++ === 1) terms.rows.push(soon)
      return terms.listTerms(...given)
    }
    expect(await createPayouts({ ...ports, terms: { listTerms } }, NO_END)).toMatchObject({ created: 0, held: 0 })
    expect(looks).toBe(2)
    expect(await create(ports)).toMatchObject({ created: 0, held: 1 })
  })

  test('cancels what was made before its merchant was held, and pays it again when it is not', async () => {
    const ports = await withBatches(2)
    await create(ports)
    ports.terms.rows.push(termsOf({ heldReason: 'it came back' }))
    expect(await create(ports)).toMatchObject({ created: 0, canceled: 1, held: 1 })

    expect(ports.payouts.table.rows().map(({ state, failure }) => [state, failure])).toEqual([
      ['CANCELED', 'the merchant is held'],
      ['CREATED', null],
    ])
    expect(fileOf(ports)).toMatchObject({ state: 'PREPARED', payoutCount: 1, totalMinor: 10_000 })
    expect(entriesOf(ports)).toEqual(['payout 10000', 'payout 10000', 'payout_failed 10000'])
    expect(eventsOf(ports).at(-1)).toBe('payout.failed 2 CANCELED')
    expect(ports.batches.table.rows().map(({ state }) => state)).toEqual(['HELD', 'CLOSED'])
    expect(await create(ports)).toMatchObject({ canceled: 0, held: 0, released: 0 })

    ports.terms.rows.push(termsOf({ validFromMs: ports.clock.virtualNowMs() }))
    expect(await create(ports)).toMatchObject({ created: 1, released: 1 })
    expect(statesOf(ports)).toEqual(['CANCELED 1', 'CREATED 1', 'CREATED 2'])
  })

  test('what nobody has approved before another account applies is not approved, and is paid to the new one', async () => {
    const ports = await withBatches(2)
    await create(ports)
    const { fileId } = fileOf(ports)
    // Monday.
    const validFromMs = ports.clock.virtualNowMs() + 3 * DAY_MS
    ports.terms.rows.push(termsOf({ accountToken: 'acct_new', validFromMs }))
    expect(await create(ports)).toMatchObject({ created: 0, canceled: 0 })

    ports.clock.advanceVirtual(3 * DAY_MS)
    expect(await approveFile(ports, fileId, decision)).toEqual({ kind: 'held', count: 1 })
    expect(await create(ports)).toMatchObject({ canceled: 1, held: 0, created: 1 })
    expect(ports.payouts.table.rows().map(row => [row.state, row.accountToken, row.failure])).toEqual([
      ['CANCELED', 'acct_pay', 'the merchant has another account'],
      ['CREATED', 'acct_pay', null],
      ['CREATED', 'acct_new', null],
    ])
    expect(entriesOf(ports)).toEqual(['payout 10000', 'payout 10000', 'payout_failed 10000', 'payout 10000'])
    expect(await create(ports)).toMatchObject({ created: 0, canceled: 0 })
    expect(await approveFile(ports, fileId, decision)).toMatchObject({ kind: 'decided', file: { payoutCount: 1 } })
  })

  test('says so when it cancels the last attempt of a batch', async () => {
    const ports = await withBatches()
    for (let attempt = 1; attempt <= 5; attempt++) {
      const validFromMs = ports.clock.virtualNowMs()
      ports.terms.rows.push(termsOf({ accountToken: `acct_${attempt}`, validFromMs }))
      expect(await create(ports)).toMatchObject({ created: 1, canceled: attempt === 1 ? 0 : 1 })
      ports.clock.advanceVirtual(1)
    }
    expect(ports.payoutAlarms.raised).toEqual([])
    ports.terms.rows.push(termsOf({ accountToken: 'acct_6', validFromMs: ports.clock.virtualNowMs() }))
    expect(await create(ports)).toMatchObject({ created: 0, canceled: 1 })
    expect(ports.payoutAlarms.raised).toEqual([expect.stringContaining('bat_')])
  })

  test('finds those behind any number of others', async () => {
    const ports = await withBatches(3)
    await create(ports)
    ports.terms.rows.push({ ...termsOf({ heldReason: 'it came back' }), merchantId: 'shop3' })
    const found = await heldPayouts(ports, 'CREATED', ports.clock.virtualNowMs(), 1)
    expect(found.map(({ merchantId }) => merchantId)).toEqual(['shop3'])
  })

  test('leaves a payout of a held merchant that was approved already, which is shown', async () => {
    const { ports } = await withApproved(2)
    ports.terms.rows.push(termsOf({ heldReason: 'asked to' }))
    expect(await create(ports)).toMatchObject({ canceled: 0, held: 0 })
    expect(statesOf(ports)).toEqual(['APPROVED 1', 'APPROVED 1'])
    const shown = await heldPayouts(ports, 'APPROVED', ports.clock.virtualNowMs())
    expect(shown.map(({ merchantId }) => merchantId)).toEqual(['shop1'])
  })

  test('a file with a payout of a held merchant is not approved', async () => {
    const ports = await withBatches(2)
    await create(ports)
    const soon = { heldReason: 'it came back', validFromMs: ports.clock.virtualNowMs() + AHEAD_MS_MIN }
    ports.terms.rows.push(termsOf(soon))
    const { fileId } = fileOf(ports)
    expect(await approveFile(ports, fileId, decision)).toEqual({ kind: 'held', count: 1 })
    expect(statesOf(ports)).toEqual(['CREATED 1', 'CREATED 1'])
    expect(ports.auditLog.table.rows()).toEqual([])

    await create(ports)
    expect(await approveFile(ports, fileId, decision)).toMatchObject({ kind: 'decided', file: { payoutCount: 1 } })
    expect(statesOf(ports)).toEqual(['CANCELED 1', 'APPROVED 1'])
  })

  test.each([1, 2, 3, 4, 5, 6])('held while it is approved: it is one or the other, seed %i', async seed => {
    const ports = await withBatches(1, new FakeDatabase(shuffledTurns(seed)))
    await create(ports)
    const { fileId } = fileOf(ports)
    const holding = (async () => void ports.terms.rows.push(termsOf({ heldReason: 'it came back' })))()
    const [approved] = await Promise.all([approveFile(ports, fileId, decision), holding, create(ports), create(ports)])

    const isApproved = approved.kind === 'decided'
    expect(statesOf(ports)).toEqual([isApproved ? 'APPROVED 1' : 'CANCELED 1'])
    expect(fileOf(ports)).toMatchObject({
      state: isApproved ? 'APPROVED' : 'CANCELED',
      payoutCount: isApproved ? 1 : 0,
    })
    expect(entriesOf(ports)).toHaveLength(isApproved ? 1 : 2)
  })

  test.each([1, 2, 3, 4, 5, 6])('two runs at once make one payout a batch, seed %i', async seed => {
    const ports = await withBatches(4, new FakeDatabase(shuffledTurns(seed)))
    const other = { ...ports, ids: createPayoutPorts(new FakeDatabase(), { seed: 100_000 }).ids }
    const [one, two] = await Promise.all([create(ports), create(other)])

    expect(one.created + two.created).toBe(4)
    expect(entriesOf(ports)).toEqual(Array(4).fill('payout 10000'))
    const filed = ports.payoutFiles.table.rows().reduce((sum, { payoutCount }) => sum + payoutCount, 0)
    expect(filed).toBe(4)
    expect(ports.payouts.table.rows().filter(({ fileId }) => fileId === null)).toEqual([])
  })

  test('makes no payout that the bank would not take, and says so', async () => {
    const ports = await withBatches(0)
    const { batchId } = await addBatch(ports, { netMinor: 1_000_000_000_000 })
    expect((await create(ports)).created).toBe(0)
    expect(ports.payoutAlarms.raised).toEqual([`too large ${batchId}`])
  })

  test('begins nothing after its time', async () => {
    const ports = await withBatches()
    expect(await createPayouts(ports, ports.clock.nowMs())).toEqual({
      created: 0,
      canceled: 0,
      held: 0,
      released: 0,
      files: 0,
    })
  })
})

describe('a decision about a file', () => {
  test('approves it with its payouts, by name, and is audited', async () => {
    const { ports, fileId } = await withApproved(2)

    expect(fileOf(ports)).toMatchObject({
      state: 'APPROVED',
      approvedBy: 'Kim',
      approvedAtMs: ports.clock.virtualNowMs(),
    })
    expect(statesOf(ports)).toEqual(['APPROVED 1', 'APPROVED 1'])
    expect(ports.auditLog.table.rows()).toMatchObject([
      { actor: 'Kim', action: 'payout-file.approved', subject: fileId, reason: 'the usual run' },
    ])
    expect(await approveFile(ports, fileId, decision)).toEqual({ kind: 'too_late', state: 'APPROVED' })
    expect(ports.auditLog.table.rows()).toHaveLength(1)
  })

  test('cancels it whole: everything is booked back, and paid by another payout', async () => {
    const { ports, fileId } = await withApproved(2)
    const result = await cancelFile(ports, fileId, { actor: 'Lee', reason: 'wrong day' })

    expect(result).toMatchObject({ kind: 'decided', file: { state: 'CANCELED', payoutCount: 0, totalMinor: 0 } })
    expect(statesOf(ports)).toEqual(['CANCELED 1', 'CANCELED 1'])
    expect(entriesOf(ports).filter(text => text.startsWith('payout_failed'))).toHaveLength(2)
    expect(eventsOf(ports).slice(2)).toEqual(['payout.failed 2 CANCELED', 'payout.failed 2 CANCELED'])
    expect(await send(ports)).toMatchObject({ sent: 0 })

    expect(await create(ports)).toMatchObject({ created: 2, files: 1 })
    expect(statesOf(ports).slice(2)).toEqual(['CREATED 2', 'CREATED 2'])
  })

  test('takes one payout out of it, and cancels a file of which nothing is left', async () => {
    const { ports } = await withApproved(2)
    const [one, other] = ports.payouts.table.rows()
    await cancelPayout(ports, one!.payoutId, decision)
    expect(fileOf(ports)).toMatchObject({ state: 'APPROVED', payoutCount: 1, totalMinor: 10_000 })

    await cancelPayout(ports, other!.payoutId, decision)
    expect(fileOf(ports)).toMatchObject({ state: 'CANCELED', payoutCount: 0, totalMinor: 0 })
  })

  test('comes too late once it was sent', async () => {
    const { ports, fileId } = await withSent()
    const { payoutId } = ports.payouts.table.rows()[0]!

    expect(await cancelFile(ports, fileId, decision)).toEqual({ kind: 'too_late', state: 'ACCEPTED' })
    expect(await cancelPayout(ports, payoutId, decision)).toEqual({ kind: 'too_late', state: 'SENT' })
    expect(entriesOf(ports)).toEqual(['payout 10000'])
  })

  test('is none about what nobody knows', async () => {
    const ports = await withBatches(0)
    expect(await approveFile(ports, 'pof_x', decision)).toEqual({ kind: 'not_found' })
    expect(await cancelFile(ports, 'pof_x', decision)).toEqual({ kind: 'not_found' })
    expect(await cancelPayout(ports, 'out_x', decision)).toEqual({ kind: 'not_found' })
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of two people and a sender at once one counts, seed %i', async seed => {
    const ports = await withBatches(2, new FakeDatabase(shuffledTurns(seed)))
    await create(ports)
    const { fileId } = fileOf(ports)
    const results = await Promise.all([
      approveFile(ports, fileId, decision),
      cancelFile(ports, fileId, decision),
      send(ports),
    ])

    const isCanceled = fileOf(ports).state === 'CANCELED'
    expect(results[1].kind === 'decided').toBe(isCanceled)
    expect(ports.bank.handedIn.length === 0 || !isCanceled).toBe(true)
    expect(entriesOf(ports).filter(text => text.startsWith('payout_failed'))).toHaveLength(isCanceled ? 2 : 0)
  })
})

describe('sendFiles', () => {
  test('says that a file is sent before the bank gets it, and hands it in once', async () => {
    const { ports, fileId } = await withApproved(2)
    expect(await send(ports)).toEqual({ sent: 1, accepted: 1, rejected: 0, unclear: 0 })

    expect(fileOf(ports)).toMatchObject({ state: 'ACCEPTED', sha256: expect.stringContaining(fileId) })
    expect(statesOf(ports)).toEqual(['SENT 1', 'SENT 1'])
    expect(eventsOf(ports).slice(2)).toEqual(['payout.sent 2 SENT', 'payout.sent 2 SENT'])
    expect(await send(ports)).toEqual({ sent: 0, accepted: 0, rejected: 0, unclear: 0 })
    expect(ports.bank.handedIn).toHaveLength(1)
  })

  test('leaves what is not approved', async () => {
    const ports = await withBatches()
    await create(ports)
    expect(await send(ports)).toMatchObject({ sent: 0 })
    expect(ports.bank.handedIn).toEqual([])
  })

  // No answer is no refusal: the bank may have it.
  test('hands the same bytes in again when the bank did not answer and does not know it', async () => {
    const { ports } = await withApproved(2)
    ports.bank.away = true
    expect(await send(ports)).toEqual({ sent: 1, accepted: 0, rejected: 0, unclear: 1 })
    expect(fileOf(ports).state).toBe('SENT')
    expect(await send(ports)).toMatchObject({ unclear: 0 })

    ports.bank.away = false
    ports.clock.advanceVirtual(60_000)
    expect(await send(ports)).toMatchObject({ accepted: 1 })
    const [[, first], [, second]] = ports.bank.handedIn as [[string, string], [string, string]]
    expect(second).toBe(first)
  })

  test('does not hand a file in again that the bank knows', async () => {
    const { ports } = await withApproved()
    ports.bank.script.submitFile.push({ kind: 'unknown' })
    await send(ports)
    ports.clock.advanceVirtual(60_000)

    expect(await send(ports)).toMatchObject({ accepted: 1 })
    expect(ports.bank.handedIn).toHaveLength(1)
  })

  test('a process that died before the bank had it is made good by the next run', async () => {
    const { ports } = await withApproved()
    const bank = Object.assign(new ScriptedBank(), { submitFile: () => Promise.reject(new Error('killed')) })
    await expect(sendFiles({ ...ports, bank }, NO_END)).rejects.toThrow('killed')
    expect(fileOf(ports).state).toBe('SENT')

    expect(await send(ports)).toMatchObject({ sent: 0, accepted: 1 })
    expect(statesOf(ports)).toEqual(['SENT 1'])
  })

  test('a file that the bank rejects is booked back', async () => {
    const { ports } = await withApproved(2)
    ports.bank.script.submitFile.push({ kind: 'rejected', reason: 'no such account of ours' })
    expect(await send(ports)).toEqual({ sent: 1, accepted: 0, rejected: 1, unclear: 0 })

    expect(fileOf(ports)).toMatchObject({ state: 'REJECTED', failure: 'no such account of ours' })
    expect(statesOf(ports)).toEqual(['FAILED 1', 'FAILED 1'])
    expect(entriesOf(ports).slice(2)).toEqual(['payout_failed 10000', 'payout_failed 10000'])
    expect(await create(ports)).toMatchObject({ created: 2 })
  })

  test('never sends other bytes under the same name', async () => {
    const { ports, fileId } = await withApproved()
    ports.bank.away = true
    await send(ports)
    ports.clock.advanceVirtual(60_000)
    ports.bank.away = false
    const other = { ...ports, fileFormat: { write: () => ({ xml: 'other', sha256: 'other' }) } }

    expect(await sendFiles(other, NO_END)).toMatchObject({ unclear: 1 })
    expect(ports.payoutAlarms.raised).toEqual([`changed ${fileId}`])
    expect(ports.bank.handedIn).toHaveLength(1)
  })

  test.each([1, 2, 3, 4, 5, 6])('of two senders at once one marks it as sent, seed %i', async seed => {
    const ports = await withBatches(2, new FakeDatabase(shuffledTurns(seed)))
    await create(ports)
    await approveFile(ports, fileOf(ports).fileId, decision)
    const [one, two] = await Promise.all([send(ports), send(ports)])

    expect(one.sent + two.sent).toBe(1)
    expect(fileOf(ports)).toMatchObject({ state: 'ACCEPTED', sha256: expect.stringContaining('out_') })
    expect(eventsOf(ports).slice(2)).toEqual(['payout.sent 2 SENT', 'payout.sent 2 SENT'])
    // Both may hand it in: the bank takes it once.
    expect(new Set(ports.bank.handedIn.map(([, xml]) => xml)).size).toBe(1)
    expect(ports.payoutAlarms.raised).toEqual([])
  })

  test('a payout that was canceled is not in the bytes', async () => {
    const { ports } = await withApproved(2)
    const { payoutId } = ports.payouts.table.rows()[0]!
    await cancelPayout(ports, payoutId, decision)
    await send(ports)

    expect(ports.bank.handedIn[0]![1]).not.toContain(payoutId)
    expect(statesOf(ports)).toEqual(['CANCELED 1', 'SENT 1'])
  })
})

describe('inquirePayouts', () => {
  test('confirms what the bank confirms: nothing is booked', async () => {
    const { ports } = await withSent(2)
    expect(await inquire(ports)).toEqual({ confirmed: 2, failed: 0, pending: 0 })

    expect(statesOf(ports)).toEqual(['CONFIRMED 1', 'CONFIRMED 1'])
    expect(ports.payouts.table.rows()[0]!.bankRef).toMatch(/^ref out_/)
    expect(entriesOf(ports)).toEqual(['payout 10000', 'payout 10000'])
    expect(await inquire(ports)).toEqual({ confirmed: 0, failed: 0, pending: 0 })
  })

  test('books back what the bank refused, and the batch is paid by the next attempt', async () => {
    const { ports } = await withSent()
    ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'account closed' })
    expect(await inquire(ports)).toMatchObject({ failed: 1 })

    expect(ports.payouts.table.rows()[0]).toMatchObject({ state: 'FAILED', failure: 'account closed', eventCount: 3 })
    expect(entriesOf(ports)).toEqual(['payout 10000', 'payout_failed 10000'])
    expect(eventsOf(ports)).toEqual(['payout.created 1 CREATED', 'payout.sent 2 SENT', 'payout.failed 3 FAILED'])
    expect(await create(ports)).toMatchObject({ created: 1 })
    expect(statesOf(ports)).toEqual(['FAILED 1', 'CREATED 2'])
  })

  test('stops after five attempts, and says so', async () => {
    const ports = await withBatches()
    ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'account closed' })
    for (let attempt = 1; attempt <= 6; attempt++) {
      await create(ports)
      const prepared = ports.payoutFiles.table.rows().find(({ state }) => state === 'PREPARED')
      if (prepared !== undefined) await approveFile(ports, prepared.fileId, decision)
      await send(ports)
      await inquire(ports)
    }
    expect(statesOf(ports)).toEqual([1, 2, 3, 4, 5].map(attempt => `FAILED ${attempt}`))
    expect(ports.payoutAlarms.raised).toEqual([`used up ${ports.batches.table.rows()[0]!.batchId}`])
  })

  test('asks again later, the longer the later, while the bank has not decided', async () => {
    const { ports } = await withSent()
    ports.bank.verdictOf = () => ({ kind: 'pending' })
    expect(await inquire(ports)).toMatchObject({ pending: 1 })
    expect(await inquire(ports)).toMatchObject({ pending: 0 })

    ports.clock.advanceVirtual(DAY_MS)
    await inquire(ports)
    expect(ports.payouts.table.rows()[0]!.askAtMs).toBe(ports.clock.virtualNowMs() + HOUR_MS)
    ports.bank.verdictOf = () => ({ kind: 'confirmed', bankRef: null })
    ports.clock.advanceVirtual(HOUR_MS)
    expect(await inquire(ports)).toMatchObject({ confirmed: 1 })
  })

  test('a bank that does not answer fails nothing', async () => {
    const { ports } = await withSent()
    ports.bank.away = true
    expect(await inquire(ports)).toEqual({ confirmed: 0, failed: 0, pending: 1 })
    expect(statesOf(ports)).toEqual(['SENT 1'])
  })

  test('a file that the bank accepted and lost is sent again', async () => {
    const { ports } = await withSent()
    ports.bank.files.clear()
    ports.bank.verdictOf = () => ({ kind: 'not_found' })
    await inquire(ports)
    expect(ports.payoutAlarms.raised).toEqual([`lost ${ports.payouts.table.rows()[0]!.payoutId}`])
    expect(fileOf(ports).state).toBe('SENT')

    ports.bank.verdictOf = () => ({ kind: 'confirmed', bankRef: null })
    await send(ports)
    ports.clock.advanceVirtual(HOUR_MS)
    await inquire(ports)
    expect(statesOf(ports)).toEqual(['CONFIRMED 1'])
    expect(new Set(ports.bank.handedIn.map(([, xml]) => xml)).size).toBe(1)
  })

  test('does not ask about payouts of a file that the bank has not accepted', async () => {
    const { ports } = await withApproved()
    ports.bank.away = true
    await send(ports)
    expect(await inquire(ports)).toEqual({ confirmed: 0, failed: 0, pending: 0 })
  })

  test.each([1, 2, 3, 4, 5, 6])('two inquiries at once book back once, seed %i', async seed => {
    const ports = await withBatches(3, new FakeDatabase(shuffledTurns(seed)))
    await create(ports)
    await approveFile(ports, fileOf(ports).fileId, decision)
    await send(ports)
    ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'account closed' })
    await Promise.all([inquire(ports), inquire(ports)])

    expect(entriesOf(ports).filter(text => text.startsWith('payout_failed'))).toHaveLength(3)
    expect(statesOf(ports)).toEqual(Array(3).fill('FAILED 1'))
  })
})

describe('a process that dies before any of its transactions', () => {
  const step = async (ports: FakePayoutPorts) => {
    await create(ports)
    for (const { fileId, state } of ports.payoutFiles.table.rows())
      if (state === 'PREPARED') await approveFile(ports, fileId, decision)
    await send(ports)
    await inquire(ports)
  }

  test.each(Array.from({ length: 14 }, (_, commits) => commits))(
    'after %i commits: the end is the same',
    async commits => {
      const ports = await withBatches(3)
      let left = commits
      const run: FakeDatabase['run'] = (subject, work) => {
        if (left-- <= 0) throw new Error('killed')
        return ports.transactions.run(subject, work)
      }
      await step({ ...ports, transactions: { areSeparate: true, run } as FakeDatabase }).catch(() => undefined)
      for (let runs = 0; runs < 3; runs++) await step(ports)

      expect(statesOf(ports)).toEqual(Array(3).fill('CONFIRMED 1'))
      expect(entriesOf(ports)).toEqual(Array(3).fill('payout 10000'))
      expect(eventsOf(ports).sort()).toEqual([
        ...Array(3).fill('payout.created 1 CREATED'),
        ...Array(3).fill('payout.sent 2 SENT'),
      ])
      expect(ports.payoutFiles.table.rows().every(({ state }) => state === 'ACCEPTED')).toBe(true)
    },
  )
})
