/** What the bank does when, by its virtual clock: each thing once, on its own day, however late somebody asks. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { BankDeposit, BankJournalEntry } from '../../shared/contracts/bank.ts'
import { bankJournalPage } from '../../shared/contracts/bank.ts'
import { DAY_MS } from '../service/days.ts'
import { JOURNAL_FILE } from '../service/journal-file.ts'
import { JournalUnavailable } from '../service/turn-commits.ts'
import { Book } from './book.ts'
import { Journal } from './journal.ts'
import { judgeFile } from './judge-file.ts'
import { PayoutFileReader } from './payout-file.ts'
import { payoutFile, type SampleFile } from './sample-files.ts'

/** Nine in the morning in Seoul. */
const START_MS = Date.parse('2026-12-01T00:00:00.000Z')

let folder: string
let journal: Journal
let book: Book
let nowMs: number
let failures: unknown[]

function open(): void {
  journal = new Journal(folder)
  book = new Book({ journal, nowMs: () => nowMs, failed: error => failures.push(error) })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bank-'))
  nowMs = START_MS
  failures = []
  open()
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true })
})

function send(file: SampleFile) {
  const reader = new PayoutFileReader()
  reader.write(Buffer.from(payoutFile(file)))
  const read = reader.end()
  return book.takeFile({
    messageId: read.header.get('MsgId')!,
    sha256: read.sha256,
    judgement: judgeFile(read),
  })
}
const accepted = (silent = false) => ({ kind: 'answered', answer: { state: 'ACCEPTED', reason: null }, silent })

const entries = (): BankJournalEntry[] => bankJournalPage.parse(journal.page(0, 1_000_000)).entries
const movements = () =>
  entries().flatMap(entry => (entry.type === 'movement' ? [[entry.kind, entry.amount, entry.bookedOn]] : []))

describe('a payout', () => {
  test('is executed at once when its day has come, and once', async () => {
    expect(await send({})).toMatchObject(accepted())
    expect(await send({})).toMatchObject(accepted())
    expect(await book.payout('pay-1')).toEqual({
      endToEndId: 'pay-1',
      messageId: 'file-1',
      amount: 10_000,
      currency: 'KRW',
      account: 'acct_pay',
      state: 'CONFIRMED',
      reason: null,
      bankReference: 'BK000000000003',
      decidedAt: '2026-12-01T00:00:00.000Z',
    })
    expect(entries().map(({ type }) => type)).toEqual(['file', 'payout', 'movement', 'decision'])
    expect(movements()).toEqual([['payout', -10_000, '2026-12-01']])
  })

  test('waits for its day, and is booked on it however late somebody asks', async () => {
    await send({ requestedOn: '2026-12-03' })
    expect(await book.payout('pay-1')).toMatchObject({ state: 'PENDING', bankReference: null, decidedAt: null })
    nowMs = START_MS + 9 * DAY_MS
    expect(await book.payout('pay-1')).toMatchObject({ state: 'CONFIRMED', decidedAt: '2026-12-02T15:00:00.000Z' })
    expect(movements()).toEqual([['payout', -10_000, '2026-12-03']])
  })

  test.each([
    ['acct_fail', 'account closed'],
    ['somebody', 'unknown account'],
  ])('to %s fails: %s, and nothing moves', async (account, reason) => {
    await send({ payouts: [{ id: 'pay-1', account }] })
    const failed = { state: 'FAILED', reason, bankReference: null, decidedAt: '2026-12-01T00:00:00.000Z' }
    expect(await book.payout('pay-1')).toMatchObject(failed)
    expect(movements()).toEqual([])
  })

  test('to acct_late is paid a day late', async () => {
    await send({ payouts: [{ id: 'pay-1', account: 'acct_late' }] })
    nowMs += DAY_MS - 1
    expect(await book.payout('pay-1')).toMatchObject({ state: 'PENDING' })
    nowMs += 1
    expect(await book.payout('pay-1')).toMatchObject({ state: 'CONFIRMED', decidedAt: '2026-12-02T00:00:00.000Z' })
    expect(movements()).toEqual([['payout', -10_000, '2026-12-02']])
  })

  test('to acct_return is paid and comes back a day later', async () => {
    await send({ payouts: [{ id: 'pay-1', account: 'acct_return' }] })
    const paid = await book.payout('pay-1')
    expect(paid).toMatchObject({ state: 'CONFIRMED' })
    await book.moveClock(DAY_MS)
    const returned = await book.payout('pay-1')
    expect(returned).toMatchObject({ state: 'RETURNED', reason: 'sent back by the receiving bank' })
    expect(returned!.bankReference).toBe(paid!.bankReference)
    expect(movements()).toEqual([
      ['payout', -10_000, '2026-12-01'],
      ['return', 10_000, '2026-12-02'],
    ])
  })

  test('of an earlier file is in no other one: that is rejected whole', async () => {
    await send({})
    const outcome = await send({ messageId: 'file-2', payouts: [{ id: 'pay-2' }, { id: 'pay-1' }] })
    expect(outcome).toMatchObject({ answer: { state: 'REJECTED', reason: 'EndToEndId pay-1 was in another file' } })
    expect(await book.payout('pay-2')).toBeUndefined()
    expect(movements()).toHaveLength(1)
  })
})

describe('a file', () => {
  test('that is rejected stays so, and with other bytes it is another one', async () => {
    const rejected = await send({ count: '2' })
    expect(rejected).toMatchObject({ answer: { messageId: 'file-1', state: 'REJECTED' }, silent: false })
    expect(await send({ count: '2' })).toEqual(rejected)
    expect(await send({})).toEqual({ kind: 'different_file' })
    expect(await book.file('file-1')).toMatchObject({ state: 'REJECTED' })
    expect(await book.payout('pay-1')).toBeUndefined()
  })

  test('with acct_lost is lost when it is first sent, and taken when it is sent again', async () => {
    const file = { payouts: [{ id: 'pay-1' }, { id: 'pay-2', account: 'acct_lost' }] }
    expect(await send(file)).toMatchObject(accepted())
    expect([await book.file('file-1'), await book.payout('pay-1')]).toEqual([undefined, undefined])
    expect(movements()).toEqual([])

    journal.close()
    open()
    expect(await send(file)).toMatchObject(accepted())
    expect(await book.payout('pay-2')).toMatchObject({ state: 'CONFIRMED' })
    expect(await send(file)).toMatchObject(accepted())
    expect(movements()).toHaveLength(2)
    expect(entries().filter(({ type }) => type === 'file')).toMatchObject([{ isLost: true }, { isLost: false }])
  })

  test('with acct_silent is taken and not answered, and answered when it is sent again', async () => {
    const file = { payouts: [{ id: 'pay-1', account: 'acct_silent' }] }
    expect(await send(file)).toMatchObject(accepted(true))
    expect(await book.payout('pay-1')).toMatchObject({ state: 'CONFIRMED' })
    expect(await send(file)).toMatchObject(accepted())
    expect(movements()).toHaveLength(1)
  })
})

describe('money of ours', () => {
  const deposit: BankDeposit = {
    account: 'operating',
    amount: 97_000,
    currency: 'KRW',
    from: 'acquirer',
    remittance: 'batch 2026-11-30',
  }

  test('is paid in once by its reference', async () => {
    const booking = await book.deposit('d-1', deposit)
    expect(booking).toEqual({
      kind: 'booked',
      booking: {
        reference: 'd-1',
        movements: [
          {
            account: 'operating',
            amount: 97_000,
            currency: 'KRW',
            bankReference: 'BK000000000001',
            bookedOn: '2026-12-01',
            valueOn: '2026-12-01',
          },
        ],
      },
    })
    nowMs += DAY_MS
    expect(await book.deposit('d-1', deposit)).toEqual(booking)
    expect(await book.deposit('d-1', { ...deposit, remittance: 'another' })).toEqual({ kind: 'different' })
    expect(entries()).toHaveLength(1)
  })

  test('is moved between accounts once, and a reference of a deposit is free for it', async () => {
    const transfer = { from: 'operating', to: 'safeguarded', amount: 500, currency: 'USD' } as const
    await book.deposit('t-1', deposit)
    const booking = await book.transfer('t-1', transfer)
    expect(booking).toMatchObject({
      booking: {
        movements: [
          { account: 'operating', amount: -500 },
          { account: 'safeguarded', amount: 500 },
        ],
      },
    })
    expect(await book.transfer('t-1', transfer)).toEqual(booking)
    expect(await book.transfer('t-1', { ...transfer, from: 'safeguarded', to: 'operating' })).toEqual({
      kind: 'different',
    })
    expect(movements()).toHaveLength(3)
  })
})

describe('the clock', () => {
  test('goes forward, and what falls due on the way happens in its order and on its day', async () => {
    await send({ payouts: [{ id: 'pay-1', account: 'acct_return' }], requestedOn: '2026-12-05' })
    await send({ messageId: 'file-2', payouts: [{ id: 'pay-2', account: 'acct_late' }], requestedOn: '2026-12-05' })
    await send({ messageId: 'file-3', payouts: [{ id: 'pay-3' }], requestedOn: '2026-12-04' })
    expect(await book.moveClock(40 * DAY_MS)).toBe(true)
    expect(movements()).toEqual([
      ['payout', -10_000, '2026-12-04'],
      ['payout', -10_000, '2026-12-05'],
      ['return', 10_000, '2026-12-06'],
      ['payout', -10_000, '2026-12-06'],
    ])
    expect(await book.moveClock(40 * DAY_MS)).toBe(true)
    expect(await book.moveClock(1)).toBe(false)
    const times = entries().map(({ at }) => at)
    expect(times).toEqual(times.toSorted())
  })

  test('of the machine that is set back opens no day again', async () => {
    await book.deposit('d-1', { account: 'operating', amount: 1, currency: 'KRW', from: 'a', remittance: 'b' })
    journal.close()
    nowMs -= 3 * DAY_MS
    open()
    await book.deposit('d-2', { account: 'operating', amount: 2, currency: 'KRW', from: 'a', remittance: 'b' })
    expect(movements()).toEqual([
      ['deposit', 1, '2026-12-01'],
      ['deposit', 2, '2026-12-01'],
    ])
  })
})

describe('the journal', () => {
  test('only grows', async () => {
    await send({})
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    expect(() => other.exec("UPDATE journal SET entry = '{}'")).toThrow('the journal only grows')
    expect(() => other.exec('DELETE FROM journal')).toThrow('the journal only grows')
    other.close()
  })

  test('that cannot be written: nothing is done, and it is done when it can', async () => {
    await send({ requestedOn: '2026-12-02' })
    nowMs += DAY_MS
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    other.exec('BEGIN IMMEDIATE')
    await expect(book.payout('pay-1')).rejects.toThrow(JournalUnavailable)
    other.exec('ROLLBACK')
    other.close()
    expect(failures).toHaveLength(1)
    expect(await book.payout('pay-1')).toMatchObject({ state: 'CONFIRMED' })
    expect(movements()).toEqual([['payout', -10_000, '2026-12-02']])
  })

  test('takes what comes in one turn of the event loop in the order of coming', async () => {
    const outcomes = await Promise.all([send({}), send({}), send({ payouts: [{ id: 'pay-9' }] })])
    expect(outcomes).toMatchObject([accepted(), accepted(), { kind: 'different_file' }])
    expect(movements()).toHaveLength(1)
  })
})
