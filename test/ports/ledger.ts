/** The contract of `Ledger`: an event has an entry of a type once, and entries come in the order they were written. */
import { describe, expect, test } from '@jest/globals'
import { movement } from '../../shared/domain/ledger.ts'
import { DuplicateKeyError, type LedgerEntry, RowRefusedError } from '../../shared/payments/ports.ts'
import { ids, NOW_MS } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describeLedger(name: string, open: OpenPorts): void {
  describe(`ledger of ${name}`, () => {
    testRows(open)
    testRefusals(open)
  })
}

let lastEntryId: string | undefined
const entryOf = (paymentId: string, eventId: string, given: Partial<LedgerEntry> = {}): LedgerEntry => {
  lastEntryId = ids.entry(lastEntryId)
  const moved = movement(given.type ?? 'capture', 'shop', 10_000, 'KRW')
  return { ...moved, entryId: lastEntryId, paymentId, eventId, occurredAtMs: NOW_MS, ...given }
}

const insert = ({ transactions, ledger }: PortsUnderTest, ...entries: LedgerEntry[]): Promise<void> =>
  transactions.run('ledger', tx => ledger.insert(tx, entries, NOW_MS + 1))

const ofPayment = ({ transactions, ledger }: PortsUnderTest, paymentId: string): Promise<LedgerEntry[]> =>
  transactions.run('ledger', tx => ledger.listByPayment(tx, paymentId))

const ofEvents = ({ transactions, ledger }: PortsUnderTest, ...eventIds: string[]): Promise<LedgerEntry[]> =>
  transactions.run('ledger', tx => ledger.listByEvents(tx, eventIds))

function testRows(open: OpenPorts): void {
  test("gives a payment's entries as and in the order they were written", async () => {
    const ports = await open()
    const [capture, fee] = [entryOf('pay_1', 'evt_1'), entryOf('pay_1', 'evt_1', { type: 'fee' })]
    const other = entryOf('pay_2', 'evt_2', { occurredAtMs: NOW_MS - 1 })
    const refund = entryOf('pay_1', 'evt_3', { type: 'refund', currency: 'USD' })
    await insert(ports, capture, fee)
    await insert(ports, other)
    await insert(ports, refund)

    expect(await ofPayment(ports, 'pay_1')).toEqual([capture, fee, refund])
    expect(await ofPayment(ports, 'pay_2')).toEqual([other])
    expect(await ofPayment(ports, 'PAY_1')).toEqual([])
  })

  test('gives those entries that exist for some events', async () => {
    const ports = await open()
    const entries = ['evt_1', 'evt_2', 'evt_3'].map(eventId => entryOf('pay_1', eventId))
    await insert(ports, ...entries)
    const found = await ofEvents(ports, 'evt_3', 'evt_1', 'evt_4', 'EVT_2')

    expect(found.map(entry => entry.entryId).toSorted()).toEqual([entries[0]!.entryId, entries[2]!.entryId])
    await expect(ofEvents(ports)).rejects.toThrow()
  })

  test('shows a transaction what it wrote', async () => {
    const ports = await open()
    const entry = entryOf('pay_1', 'evt_1')
    const seen = await ports.transactions.run('pay_1', async tx => {
      await ports.ledger.insert(tx, [entry], NOW_MS)
      return Promise.all([ports.ledger.listByPayment(tx, 'pay_1'), ports.ledger.listByEvents(tx, ['evt_1'])])
    })
    expect(seen).toEqual([[entry], [entry]])
  })
}

function testRefusals(open: OpenPorts): void {
  test('books an event once by type, and nothing of what came with a second time', async () => {
    const ports = await open()
    const first = entryOf('pay_1', 'evt_1')
    await insert(ports, first)
    const twice = insert(ports, entryOf('pay_1', 'evt_2'), entryOf('pay_1', 'evt_1'))

    await expect(twice).rejects.toBeInstanceOf(DuplicateKeyError)
    expect(await ofPayment(ports, 'pay_1')).toEqual([first])
  })

  const refused: Array<[what: string, given: Partial<LedgerEntry>]> = [
    ['no amount', { amountMinor: 0 }],
    ['a negative amount', { amountMinor: -1 }],
    ['twice the same account', { debitAccount: 'a', creditAccount: 'a' }],
    ['an account of 65 characters', { debitAccount: 'a'.repeat(65) }],
  ]
  test.each(refused)('refuses %s', async (_, given) => {
    const ports = await open()
    await expect(insert(ports, entryOf('pay_1', 'evt_1', given))).rejects.toBeInstanceOf(RowRefusedError)
    expect(await ofPayment(ports, 'pay_1')).toEqual([])
  })
}
