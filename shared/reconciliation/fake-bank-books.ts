/** For tests of bank lines: statements, payouts and batches to match them with, and the sums that must hold afterwards. */
import { settlementMovement } from '../domain/settlement-ledger.ts'
import { FakeDatabase } from '../payments/fake-store.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Payout } from '../settlement/ports.ts'
import { subjectOfBatch } from './break-subjects.ts'
import type { Chunk } from './chunk.ts'
import { leftOf } from './decide-bank-line.ts'
import { createBankPorts, type FakeBankPorts, fakeBanks } from './fake-bank.ts'
import { matchBankChunk } from './match-bank.ts'
import type { AcquirerBatch, ReconFile, ReconLine, ReconLineKind } from './ports.ts'

/** Friday; the clock stands at noon in Seoul. */
export const TODAY = '2026-01-02'
const MERCHANT = 'shop'

export type LineGiven = Partial<ReconLine> & { kind: ReconLineKind; amountMinor: number }

export const credit = (matchKey: string, amountMinor: number, given: Partial<ReconLine> = {}): LineGiven => ({
  ...{ kind: 'credit', matchKey, amountMinor },
  ...given,
})
export const debit = (matchKey: string, amountMinor: number, given: Partial<ReconLine> = {}): LineGiven => ({
  ...{ kind: 'debit', matchKey, amountMinor: -amountMinor },
  ...given,
})
export const cameBack = (matchKey: string, amountMinor: number, given: Partial<ReconLine> = {}): LineGiven => ({
  ...{ kind: 'return', matchKey, amountMinor },
  ...given,
})

/** Books of a system in memory. */
export class BankBooks {
  readonly ports: FakeBankPorts
  #count = 0

  constructor(db = new FakeDatabase()) {
    this.ports = createBankPorts(db)
  }

  /** A payout of a batch, as if it had been made, approved and sent that day. */
  async payout(given: Partial<Payout> & { executeOn?: string } = {}): Promise<Payout> {
    const { ports } = this
    const { executeOn = TODAY, ...wanted } = given
    const payout: Payout = {
      ...{
        payoutId: ports.ids.payout(),
        batchId: ports.ids.batch(),
        attempt: 1,
        merchantId: MERCHANT,
        currency: 'KRW',
      },
      ...{ amountMinor: 10_000, accountToken: 'acct_pay', state: 'CONFIRMED', fileId: ports.ids.payoutFile() },
      ...{ bankRef: 'BK7', failure: null, eventCount: 2, askAtMs: 0, createdAtMs: 0, updatedAtMs: 0 },
      ...wanted,
    }
    const { batchId, merchantId, currency, fileId, amountMinor } = payout
    await this.#run(async tx => {
      await ports.batches.insert(tx, {
        ...{ batchId, merchantId, currency, periodEnd: `2025-12-30 ${this.#count++}`, sequence: 1, dueOn: TODAY },
        ...{ state: 'CLOSED', itemCount: 1, netMinor: amountMinor, openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
      })
      await ports.payouts.insert(tx, payout)
      await ports.payoutFiles.insert(tx, {
        ...{ fileId: fileId!, currency, executeOn, payoutCount: 1, totalMinor: amountMinor, state: 'ACCEPTED' },
        ...{ sha256: 'sha', preparedAtMs: 0, approvedBy: 'kim', approvedAtMs: 0, failure: null, askAtMs: 0 },
      })
      const isLive = !['FAILED', 'CANCELED'].includes(payout.state)
      const entry = { entryId: ports.ids.entry(), subjectId: payout.payoutId, eventId: ports.ids.event() }
      const movement = settlementMovement('payout', payout)
      if (isLive) await ports.settlementLedger.insertOfSubjects(tx, [{ ...movement, ...entry, occurredAtMs: 0 }])
    })
    return payout
  }

  /** What the lines of an acquirer have booked to cash_in_transit; of a batch that is there, more of it. */
  async batch(batchRef: string, netMinor: number, given: Partial<AcquirerBatch> = {}): Promise<AcquirerBatch> {
    const { ports } = this
    const batch: AcquirerBatch = {
      ...{ sourceId: 'acquirer', batchRef, currency: 'KRW', netMinor, allocatedMinor: 0, movedMinor: 0, dueOn: TODAY },
      ...given,
    }
    await this.#run(async tx => {
      const [{ table }, key] = [ports.acquirerBatches, subjectOfBatch(batch)]
      const isThere = await table.update(tx, key, row => ({ ...row, netMinor: row.netMinor + netMinor }))
      if (!isThere) await table.insert(tx, key, batch)
      const accounts = { debitAccount: 'cash_in_transit', creditAccount: 'acquirer_receivable' }
      const [debitAccount, creditAccount] = netMinor > 0 ? Object.values(accounts) : Object.values(accounts).reverse()
      await ports.reconLedger.insertOfRecon(tx, [
        {
          ...{ entryId: ports.ids.entry(), subjectId: 'file', eventId: ports.ids.event(), type: 'settled_net' },
          ...{ debitAccount: debitAccount!, creditAccount: creditAccount!, amountMinor: Math.abs(netMinor) },
          ...{ currency: batch.currency, occurredAtMs: 0 },
        },
      ])
    })
    return batch
  }

  /** A file that stands at this state. */
  async file(sourceId: string, state: ReconFile['state'], fileId = this.ports.ids.reconFile()): Promise<string> {
    const file: ReconFile = { ...fileOf(fileId, sourceId), state }
    await this.#run(async tx => {
      if (!(await this.ports.files.update(tx, fileId, () => file))) await this.ports.files.insert(tx, fileId, file)
    })
    return fileId
  }

  /** Matches a whole statement in chunks of so many lines. Returns its file, and how many events were told of it. */
  async statement(
    given: readonly LineGiven[],
    { source = fakeBanks[0]!, chunkLines = 100 } = {},
  ): Promise<{ fileId: string; told: number }> {
    const fileId = this.ports.ids.reconFile()
    const file = fileOf(fileId, source.sourceId)
    const lines = given.map((line, index) => lineOf(file, index + 1, line))
    await this.#run(async tx => {
      await this.ports.files.insert(tx, fileId, file)
      for (const line of lines) await this.ports.bankLines.table.insert(tx, `${fileId} ${line.lineNo}`, line)
    })
    const tells: (() => void)[] = []
    let told = 0
    for (let first = 0; first === 0 || first < lines.length; first += chunkLines) {
      const isLast = first + chunkLines >= lines.length
      const chunk: Chunk = {
        ...{ source, isLast, lines: lines.slice(first, first + chunkLines) },
        file: { ...file, eventCount: told },
        afterCommit: tell => tells.push(tell),
      }
      told += await this.#run(tx => matchBankChunk(this.ports)(tx, chunk))
    }
    await this.#run(tx => this.ports.files.update(tx, fileId, row => ({ ...row, state: 'DONE' })))
    for (const tell of tells) tell()
    return { fileId, told }
  }

  get breaks() {
    return this.ports.breaks.table.rows()
  }

  payoutNow(payoutId: string): Payout {
    return this.ports.payouts.table.rows().find(row => row.payoutId === payoutId)!
  }

  batchNow(batchRef: string): AcquirerBatch {
    return this.ports.acquirerBatches.table.rows().find(row => row.batchRef === batchRef)!
  }

  /** Debits less credits of an account, or of one subject on it. */
  balanceMinor(account: string, { currency = 'KRW', subjectId }: { currency?: string; subjectId?: string } = {}) {
    return [...this.ports.reconLedger.table.rows(), ...this.ports.settlementLedger.table.rows()]
      .filter(entry => entry.currency === currency && (subjectId === undefined || entry.subjectId === subjectId))
      .reduce((sum, { debitAccount, creditAccount, amountMinor }) => {
        const sign = Number(debitAccount === account) - Number(creditAccount === account)
        return sum + sign * amountMinor
      }, 0)
  }

  /** What does not hold of the books: invariants 5, 6, 8 and 9 of the model, and that the columns of batches are those of the rows. */
  faults(): string[] {
    return [...new Set(['KRW', 'USD'])].flatMap(currency => [
      ...this.#unequal(`cash ${currency}`, this.balanceMinor('cash', { currency }), this.#linesMinor(0, currency)),
      ...this.#unequal(
        `cash_safeguarded ${currency}`,
        this.balanceMinor('cash_safeguarded', { currency }),
        this.#linesMinor(1, currency),
      ),
      ...this.#unequal(
        `cash_in_transit ${currency}`,
        this.balanceMinor('cash_in_transit', { currency }),
        this.#inTransitMinor(currency),
      ),
      ...this.#unequal(
        `payout_in_transit ${currency}`,
        this.balanceMinor('payout_in_transit', { currency }),
        -this.#underWayMinor(currency),
      ),
      ...this.#suspense(currency),
    ])
  }

  #unequal(what: string, is: number, shouldBe: number): string[] {
    return is === shouldBe ? [] : [`${what} is ${is}, and should be ${shouldBe}`]
  }

  #linesMinor(source: number, currency: string): number {
    return this.ports.bankLines.table
      .rows()
      .filter(line => line.sourceId === fakeBanks[source]!.sourceId && line.currency === currency)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  }

  #inTransitMinor(currency: string): number {
    const left = this.ports.acquirerBatches.table.rows().filter(batch => batch.currency === currency)
    const transfers = this.ports.allocations.table
      .rows()
      .filter(row => row.subjectKind === 'transfer' && row.currency === currency)
    return (
      left.reduce((sum, batch) => sum + leftOf(batch), 0) -
      transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
    )
  }

  #underWayMinor(currency: string): number {
    return this.ports.payouts.table
      .rows()
      .filter(row => row.currency === currency && ['CREATED', 'APPROVED', 'SENT', 'CONFIRMED'].includes(row.state))
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  }

  #suspense(currency: string): string[] {
    const own = this.breaks.filter(of => of.currency === currency)
    const each = own.flatMap(({ breakId, remainingMinor }) =>
      this.#unequal(breakId, this.balanceMinor('recon_suspense', { currency, subjectId: breakId }), remainingMinor),
    )
    const sum = own.reduce((total, { remainingMinor }) => total + remainingMinor, 0)
    return [...each, ...this.#unequal('recon_suspense', this.balanceMinor('recon_suspense', { currency }), sum)]
  }

  #run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.ports.transactions.run('test', work)
  }
}

const fileOf = (fileId: string, sourceId: string): ReconFile => ({
  ...{ fileId, sourceId, name: fileId, sha256: fileId, externalId: fileId, revision: 1, day: TODAY, dueOn: null },
  ...{ lineCount: 0, matchedTo: 0, state: 'MATCHING', failure: null, eventCount: 0, receivedAtMs: 0, doneAtMs: null },
})

const lineOf = ({ fileId, sourceId }: ReconFile, lineNo: number, given: LineGiven): ReconLine => ({
  ...{ fileId, lineNo, sourceId, lineKey: `${fileId}:${lineNo}`, contentHash: '', matchKey: '', currency: 'KRW' },
  ...{ feeMinor: 0, vatMinor: 0, netMinor: given.amountMinor, batchRef: null, bookedOn: TODAY, valueOn: TODAY },
  ...{ partyAccount: null, remittance: null, state: 'READ', expectationId: null },
  ...given,
})
