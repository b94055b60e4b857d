/** Moving money between our own accounts: asked for twice it moves once, and the audit log has it before the bank does. */
import { expect, test } from '@jest/globals'
import { FakeDatabase } from '../payments/fake-store.ts'
import { FakeAudit } from '../settlement/fake-payouts.ts'
import { moveFunds, transferOf } from './move-funds.ts'
import type { OwnTransfer, TransferVerdict } from './ports.ts'

const by = { actor: 'kim', reason: 'the day lacks it' }
const transfer = transferOf('2026-11-29', { currency: 'KRW', amountMinor: 97_000, isBack: false })

function portsOf(verdict: TransferVerdict = { kind: 'made' }) {
  const transactions = new FakeDatabase()
  const audit = new FakeAudit(transactions)
  const asked: [OwnTransfer, audited: number][] = []
  const ownTransfers = {
    transfer: async (wanted: OwnTransfer) => {
      asked.push([wanted, audit.table.rows().length])
      return verdict
    },
  }
  const auditLog = {
    append: audit.append.bind(audit),
    head: async () => undefined,
    newest: async (subject: string | undefined) =>
      audit.table
        .rows()
        .filter(row => row.subject === subject)
        .map(row => ({ ...row, id: 1, atMs: 0, hash: '' })),
  }
  return { transactions, audit, asked, auditLog, ownTransfers }
}

test('a transfer is named by the day, the currency and the amount, and which way it goes', () => {
  expect(transfer).toEqual({
    ...{ reference: 'SFG-20261129-KRW-97000', from: 'operating', to: 'safeguarded' },
    ...{ amountMinor: 97_000, currency: 'KRW' },
  })
  const back = transferOf('2026-11-29', { currency: 'KRW', amountMinor: Number.MAX_SAFE_INTEGER, isBack: true })
  expect(back).toMatchObject({ from: 'safeguarded', to: 'operating' })
  expect(back.reference).toMatch(/^SFB-[A-Z0-9-]{1,31}$/)
})

test('the audit log has it before the bank is asked, once', async () => {
  const ports = portsOf({ kind: 'unknown', detail: 'no answer' })
  expect(await moveFunds(ports, transfer, by)).toEqual({ kind: 'unknown', detail: 'no answer' })
  await moveFunds(ports, transfer, by)

  expect(ports.asked).toEqual([
    [transfer, 1],
    [transfer, 1],
  ])
  expect(ports.audit.table.rows()).toEqual([
    {
      ...{ ...by, action: 'funds.moved', subject: 'SFG-20261129-KRW-97000' },
      details: { from: 'operating', to: 'safeguarded', amount: 97_000, currency: 'KRW' },
    },
  ])
})

test('nothing is asked of the bank when the audit log cannot be written', async () => {
  const ports = portsOf()
  ports.transactions.away = true
  await expect(moveFunds(ports, transfer, by)).rejects.toThrow()
  expect(ports.asked).toEqual([])
})
