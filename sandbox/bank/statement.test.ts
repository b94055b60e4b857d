/** Statements, read back: the balances of a month are the sums of its entries, day by day. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { type BankAccount, bankAccounts, STATEMENT_NAMESPACE } from '../../shared/contracts/bank.ts'
import { currencyExponent } from '../../shared/contracts/currency.ts'
import { DAY_MS, dayOf } from '../service/days.ts'
import { Book } from './book.ts'
import { Journal } from './journal.ts'
import { judgeFile } from './judge-file.ts'
import { PayoutFileReader } from './payout-file.ts'
import { allAt, type Element, payoutFile, textAt, treeOf } from './sample-files.ts'
import { statementOf } from './statement.ts'

// The month is written to the disk a thousand times.
jest.setTimeout(60_000)

const START_MS = Date.parse('2026-12-01T00:00:00.000Z')
const SEED = 20_261_201

let folder: string
let journal: Journal
let book: Book
let nowMs: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bank-'))
  begin()
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true })
})

function begin(): void {
  nowMs = START_MS
  journal = new Journal(mkdtempSync(join(folder, 'journal-')))
  book = new Book({ journal, nowMs: () => nowMs, failed: error => console.error(error) })
}

async function statement(account: BankAccount, day: string): Promise<string> {
  return statementOf((await book.dayOfAccount(account, day))!)
}

const deposit = (reference: string, amount: number, currency = 'KRW', account: BankAccount = 'operating') =>
  book.deposit(reference, { account, amount, currency, from: 'acquirer', remittance: `batch ${reference}` })

function send(messageId: string, account: string, amountMinor: number, requestedOn: string) {
  const reader = new PayoutFileReader()
  const payouts = [{ id: `${messageId}-1`, account, amount: String(amountMinor) }]
  reader.write(Buffer.from(payoutFile({ messageId, payouts, requestedOn })))
  const file = reader.end()
  return book.takeFile({ messageId, sha256: file.sha256, judgement: judgeFile(file) })
}

/** Signed minor units of an element with `Amt` and `CdtDbtInd`. */
function minorOf(element: Element): bigint {
  const [amount] = allAt(element, 'Amt')
  const [whole, fraction = ''] = amount!.text.split('.')
  expect(fraction).toHaveLength(currencyExponent(amount!.attributes.Ccy!)!)
  return BigInt(whole! + fraction) * (textAt(element, 'CdtDbtInd') === 'DBIT' ? -1n : 1n)
}

interface ReadStatement {
  currency: string
  number: number
  opening: bigint
  closing: bigint
  entries: Element[]
}

function readStatements(xml: string): ReadStatement[] {
  return allAt(treeOf(xml), 'BkToCstmrStmt/Stmt').map(statement => {
    const balances = allAt(statement, 'Bal')
    expect(balances.map(balance => textAt(balance, 'Tp/CdOrPrtry/Cd'))).toEqual(['OPBD', 'CLBD'])
    return {
      currency: textAt(statement, 'Acct/Ccy'),
      number: Number(textAt(statement, 'ElctrncSeqNb')),
      opening: minorOf(balances[0]!),
      closing: minorOf(balances[1]!),
      entries: allAt(statement, 'Ntry'),
    }
  })
}

test('a day with a deposit, a payout and a transfer, as it is written', async () => {
  await deposit('d-1', 97_000)
  await send('file-1', 'acct_pay', 10_000, '2026-12-01')
  await book.transfer('t-1', { from: 'operating', to: 'safeguarded', amount: 500, currency: 'USD' })
  nowMs += DAY_MS
  const root = treeOf(await statement('operating', '2026-12-01'))
  expect(root).toMatchObject({ name: 'Document', attributes: { xmlns: STATEMENT_NAMESPACE } })
  expect(textAt(root, 'BkToCstmrStmt/GrpHdr/MsgId')).toBe('operating-20261201')
  const [won, dollars] = allAt(root, 'BkToCstmrStmt/Stmt')
  expect(won!.children.map(({ name }) => name)).toEqual([
    ...['Id', 'ElctrncSeqNb', 'CreDtTm', 'FrToDt', 'Acct', 'Bal', 'Bal', 'TxsSummry', 'Ntry', 'Ntry'],
  ])
  expect(textAt(won!, 'Id')).toBe('operating-KRW-20261201')
  expect(textAt(won!, 'CreDtTm')).toBe('2026-12-02T00:00:00+09:00')
  expect(textAt(won!, 'TxsSummry/TtlNtries/NbOfNtries')).toBe('2')
  expect(textAt(won!, 'TxsSummry/TtlNtries/Sum')).toBe('107000')
  expect(textAt(won!, 'TxsSummry/TtlNtries/TtlNetNtry/Amt')).toBe('87000')
  const [paidIn, payout] = allAt(won!, 'Ntry')
  expect(payout!.children.map(({ name }) => name)).toEqual([
    ...['NtryRef', 'Amt', 'CdtDbtInd', 'Sts', 'BookgDt', 'ValDt', 'AcctSvcrRef', 'BkTxCd', 'NtryDtls'],
  ])
  expect(textAt(paidIn!, 'NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Nm')).toBe('acquirer')
  expect(textAt(paidIn!, 'NtryDtls/TxDtls/RmtInf/Ustrd')).toBe('batch d-1')
  expect(textAt(payout!, 'NtryDtls/TxDtls/Refs/MsgId')).toBe('file-1')
  expect(textAt(payout!, 'NtryDtls/TxDtls/Refs/EndToEndId')).toBe('file-1-1')
  expect(textAt(payout!, 'NtryDtls/TxDtls/RltdPties/CdtrAcct/Id/Othr/Id')).toBe('acct_pay')
  expect(textAt(dollars!, 'Ntry/Amt')).toBe('5.00')
  expect(textAt(dollars!, 'Ntry/BkTxCd/Domn/Fmly/SubFmlyCd')).toBe('BOOK')
  expect(readStatements(await statement('safeguarded', '2026-12-01'))).toMatchObject([
    { currency: 'USD', opening: 0n, closing: 500n },
  ])
})

test('money that comes back is a credit with the reversal indicator', async () => {
  await send('file-1', 'acct_return', 10_000, '2026-12-01')
  nowMs += 2 * DAY_MS
  const [first] = readStatements(await statement('operating', '2026-12-01'))
  const [second] = readStatements(await statement('operating', '2026-12-02'))
  expect([first!.closing, second!.opening, second!.closing]).toEqual([-10_000n, -10_000n, 0n])
  expect(allAt(first!.entries[0]!, 'RvslInd')).toEqual([])
  expect(textAt(second!.entries[0]!, 'RvslInd')).toBe('true')
  expect(textAt(second!.entries[0]!, 'CdtDbtInd')).toBe('CRDT')
  expect(textAt(second!.entries[0]!, 'NtryDtls/TxDtls/Refs/EndToEndId')).toBe('file-1-1')
})

test('there is none of a day that has not ended, and after it the same bytes for good', async () => {
  await deposit('d-1', 1)
  nowMs = START_MS + DAY_MS - 9 * 3_600_000 - 1
  expect(await book.dayOfAccount('operating', '2026-12-01')).toBeUndefined()
  nowMs += 1
  const told = await statement('operating', '2026-12-01')
  await deposit('d-2', 2)
  await send('file-1', 'acct_pay', 10_000, '2026-11-20')
  nowMs += 9 * DAY_MS
  expect(await statement('operating', '2026-12-01')).toBe(told)
  expect((await book.dayOfAccount('operating', '2026-11-30'))!.currencies).toEqual([])
})

test('a currency that moved once stands in every later statement, with its days counted', async () => {
  await deposit('d-1', 5, 'USD')
  nowMs += 4 * DAY_MS
  expect(readStatements(await statement('operating', '2026-12-04'))).toEqual([
    { currency: 'USD', number: 4, opening: 5n, closing: 5n, entries: [] },
  ])
})

/** What happens at some time of the month; amounts in minor units. */
const happening = fc.record({
  atMs: fc.integer({ min: 0, max: 30 * DAY_MS }),
  kind: fc.constantFrom('acct_pay', 'acct_fail', 'acct_late', 'acct_return', 'deposit', 'transfer'),
  amount: fc.integer({ min: 1, max: 999_999_999_999 }),
  currency: fc.constantFrom('KRW', 'USD', 'KWD'),
  daysAhead: fc.integer({ min: -2, max: 5 }),
})

test(`over a month, opening and entries sum to closing, and opening is the closing before (seed ${SEED})`, async () => {
  const month = fc.array(happening, { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(month, async happenings => {
      journal.close()
      begin()
      for (const [index, each] of happenings.toSorted((one, other) => one.atMs - other.atMs).entries()) {
        nowMs = START_MS + each.atMs
        const { kind, amount, currency, daysAhead } = each
        if (kind === 'deposit') await deposit(`d-${index}`, amount, currency)
        else if (kind === 'transfer')
          await book.transfer(`t-${index}`, { from: 'operating', to: 'safeguarded', amount, currency })
        else await send(`f-${index}`, kind, amount, dayOf(nowMs + daysAhead * DAY_MS))
      }
      nowMs = START_MS + 40 * DAY_MS
      const told = new Set<string>()
      for (const account of bankAccounts) {
        const last = new Map<string, ReadStatement>()
        for (let day = 0; day < 39; day++) {
          for (const read of readStatements(await statement(account, dayOf(START_MS + day * DAY_MS)))) {
            const before = last.get(read.currency)
            expect(read.opening).toBe(before?.closing ?? 0n)
            expect(read.number).toBe((before?.number ?? 0) + 1)
            expect(read.entries.reduce((sum, entry) => sum + minorOf(entry), read.opening)).toBe(read.closing)
            for (const entry of read.entries) told.add(textAt(entry, 'AcctSvcrRef'))
            last.set(read.currency, read)
          }
        }
      }
      const moved = journal.page(0, 100_000).entries.filter(({ type }) => type === 'movement')
      expect(told.size).toBe(moved.length)
    }),
    { seed: SEED, numRuns: 25 },
  )
})
