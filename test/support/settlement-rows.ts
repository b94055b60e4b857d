/** Payouts and breaks in a database of the test's own, with its operators: what consoles of tests are asked to decide. */
import { createHash } from 'node:crypto'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { type NewBreak, openBreaks } from '../../shared/reconciliation/open-breaks.ts'
import type { ReconBreak } from '../../shared/reconciliation/ports.ts'
import { configFrom, IN_PROCESS_ACQUIRER, NO_BANK } from '../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { batchOf, itemOf, payoutFileOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import type { Payout, PayoutFile, SettlementBatch } from '../../shared/settlement/ports.ts'
import { UnbatchedItemTable } from '../../shared/stores/settlement-batches.ts'
import { ids, NOW_MS } from './rows.ts'
import { ScratchDatabase } from './scratch-stores.ts'
import { systemUnderTest } from './system.ts'

export interface PlantedFile {
  file: PayoutFile
  payouts: Payout[]
  batches: SettlementBatch[]
}

/** Of an API over these rows: what is approved there goes nowhere, and no file of the shared acquirer comes. */
export const apiEnvOf = ({ url }: ScratchDatabase): Record<string, string> => ({
  ...{ DATABASE_URL: url, BANK_URL: NO_BANK, ACQUIRER_URL: IN_PROCESS_ACQUIRER },
})

export class SettlementRows {
  readonly scratch: ScratchDatabase
  readonly ports: BatchPorts
  #planted = 0

  constructor(scratch: ScratchDatabase) {
    this.scratch = scratch
    this.ports = new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches
  }

  /** `name` is that of the database. */
  static async create(name: string): Promise<SettlementRows> {
    return new SettlementRows(await ScratchDatabase.create(systemUnderTest().databaseUrl, name))
  }

  async drop(): Promise<void> {
    await this.ports.database.close()
    await this.scratch.drop()
  }

  async addOperator(name: string, role: OperatorRole): Promise<void> {
    const hash = createHash('sha256').update(name).digest('hex')
    const operatorId = `opr_${hash.slice(0, 26).toUpperCase()}`
    await this.scratch.direct.write(
      'INSERT INTO operator (operator_id, name, role, token_hash, created_at) VALUES (?)',
      [[operatorId, name, role, hash, new Date()]],
    )
  }

  /** Payouts of closed batches, each with an item, in a file that waits for an approval. */
  async plantFile(merchantIds: readonly string[], currency = 'KRW'): Promise<PlantedFile> {
    const first = this.#planted
    this.#planted += merchantIds.length + 1
    const file = payoutFileOf(first, {
      ...{ fileId: ids.payoutFile(), currency, payoutCount: merchantIds.length, preparedAtMs: NOW_MS },
      totalMinor: merchantIds.reduce((sum, _, index) => sum + amountOf(first + index), 0),
    })
    const batches = merchantIds.map((merchantId, index) =>
      batchOf(first + index, {
        ...{ batchId: ids.batch(), merchantId, currency, netMinor: amountOf(first + index), closedAtMs: NOW_MS },
        ...{ sequence: first + index + 1, openedAtMs: NOW_MS },
      }),
    )
    const payouts = batches.map(({ batchId, merchantId, netMinor }, index) =>
      payoutOf(first + index, {
        ...{ payoutId: ids.payout(), batchId, merchantId, currency, amountMinor: netMinor, fileId: file.fileId },
        ...{ createdAtMs: NOW_MS, updatedAtMs: NOW_MS },
      }),
    )
    const { database, batches: batchTable, payoutFiles, payouts: payoutTable, items } = this.ports
    const unbatched = new UnbatchedItemTable(database)
    await database.runAlone(async tx => {
      for (const batch of batches) await batchTable.insert(tx, batch)
      await payoutFiles.insert(tx, file)
      for (const payout of payouts) await payoutTable.insert(tx, payout)
    })
    await database.runAlone(async tx => {
      for (const { batchId, merchantId, netMinor } of batches) {
        const { batchId: _, ...item } = itemOf(0, {
          ...{ itemId: ids.item(), merchantId, currency, paymentId: ids.payment(), eventId: ids.event() },
          ...{ grossMinor: netMinor, feeMinor: 0, netMinor },
        })
        await items.insert(tx, [item], NOW_MS)
        await unbatched.assign(tx, item.itemId, batchId)
      }
    })
    return { file, payouts, batches }
  }

  /** A closed batch of which every payout that it may have failed. */
  async plantUsedUpBatch(merchantId: string, given: Partial<SettlementBatch> = {}): Promise<SettlementBatch> {
    const number = this.#planted++
    const batch = batchOf(number, {
      ...{ batchId: ids.batch(), merchantId, netMinor: amountOf(number), openedAtMs: NOW_MS, closedAtMs: NOW_MS },
      ...given,
    })
    await this.ports.database.runAlone(async tx => {
      await this.ports.batches.insert(tx, batch)
      for (let attempt = 1; attempt <= batch.attemptsMax; attempt++)
        await this.ports.payouts.insert(
          tx,
          payoutOf(number, {
            ...{ payoutId: ids.payout(), batchId: batch.batchId, merchantId, amountMinor: batch.netMinor, attempt },
            ...{ state: 'FAILED', failure: 'account closed', createdAtMs: NOW_MS, updatedAtMs: NOW_MS },
          }),
        )
    })
    return batch
  }

  /** Batches of a merchant without items and payouts. */
  async plantBatches(merchantId: string, given: readonly Partial<SettlementBatch>[]): Promise<SettlementBatch[]> {
    const first = this.#planted
    this.#planted += given.length
    const batches = given.map((own, index) =>
      batchOf(first + index, {
        ...{ batchId: ids.batch(), merchantId, sequence: first + index + 1, openedAtMs: NOW_MS, closedAtMs: NOW_MS },
        ...own,
      }),
    )
    await this.ports.database.runAlone(async tx => {
      for (const batch of batches) await this.ports.batches.insert(tx, batch)
    })
    return batches
  }

  /** With what it put on recon_suspense. */
  async plantBreak(bookedMinor: number, given: Partial<NewBreak> = {}): Promise<ReconBreak> {
    const wanted: NewBreak = {
      ...{ subject: ids.event(), class: 'AMOUNT_UNDER', sourceId: 'acquirer', currency: 'KRW', openedOn: '2026-01-02' },
      differences: { amount: { expected: 10_000, found: 10_000 - bookedMinor } },
      movements: [{ type: 'differs_amount', signedMinor: bookedMinor }],
      ...given,
    }
    const [made] = await this.ports.database.runAlone(tx => openBreaks(this.ports, tx, [wanted]))
    return made!
  }

  /** The newest first: who did what, and why. */
  audited(subject: string): Promise<Record<string, unknown>[]> {
    return this.scratch.direct.rows('SELECT actor, action, reason FROM audit_log WHERE subject = ? ORDER BY id DESC', [
      subject,
    ])
  }
}

const amountOf = (number: number): number => 9_750 + number
