/** Adds up what files, batches, breaks and their actions say that the accounts of reconciliation should hold. */
import { Balances } from './database-totals.ts'
import {
  type AcquirerBatchHistory,
  type BreakActionRow,
  type BreakHistory,
  CASH_IN_TRANSIT,
  type OpenTransfer,
  type ReconFileHistory,
  type ReconSums,
  SUSPENSE,
} from './recon-history.ts'

/** Accounts that only breaks move, and expectations that are settled. */
export const EXPLAINED = ['acquirer_fee', 'vat_receivable', 'own_funds', 'recon_gain', 'recon_loss']

export const CASH = ['cash', 'cash_safeguarded']

/** Actions that move an amount away from recon_suspense. */
const isResolving = ({ action, amount }: BreakActionRow): boolean =>
  amount !== null && ['approve', 'arrived', 'write_off'].includes(action)

/** Everything is debit positive, by account and currency. */
export class ReconBooks {
  readonly wanted = new Balances()
  /** Entries of files and of breaks, and those of them that move recon_suspense. */
  entryCount = 0
  suspenseEntryCount = 0
  foundSuspenseEntryCount = 0
  /** Items that follow from actions. */
  itemCount = 0
  openTransfers: readonly OpenTransfer[] = []
  readonly #closings = new Map<string, { account: string; currency: string; amount: number }>()
  /** By batch and currency: what breaks took out of cash_in_transit. */
  readonly #moved = new Map<string, bigint>()

  /** Files come in the order of their days. */
  addFile(file: ReconFileHistory): void {
    this.entryCount += file.entries.length
    if (file.account === null) return
    const place = (currency: string) => `${file.sourceId} ${currency}`
    for (const { currency, closing } of file.totals)
      if (file.state === 'DONE' && closing !== null)
        this.#closings.set(place(currency), { account: file.account, currency, amount: closing })
    if (file.state !== 'MATCHING') return
    for (const { currency, state, net } of file.lines)
      if (state === 'MATCHED' || state === 'BROKEN') this.wanted.add(file.account, currency, net)
  }

  addBreak({ break: found, actions, entries, items }: BreakHistory): void {
    const { currency, remaining, batchRef } = found
    this.entryCount += entries.length
    this.itemCount += items.length
    this.suspenseEntryCount += entries.filter(
      ({ debitAccount, creditAccount }) => debitAccount === SUSPENSE || creditAccount === SUSPENSE,
    ).length
    this.wanted.add(SUSPENSE, currency, remaining)
    if (isShortPaid(found)) this.#move(batchRef, currency, found.booked)
    for (const action of actions) this.#addAction(action, found)
  }

  #addAction(action: BreakActionRow, { currency, batchRef }: BreakHistory['break']): void {
    const { account, amount, target } = action
    if (action.action === 'give_up' && account === CASH_IN_TRANSIT) this.#move(batchRef, currency, amount ?? 0)
    if (account === null || !isResolving(action)) return
    if (EXPLAINED.includes(account)) this.wanted.add(account, currency, amount ?? 0)
    // What arrives names its line, and goes back to the batch of the break.
    const batch = action.action === 'approve' ? target : batchRef
    if (account === CASH_IN_TRANSIT) this.#move(batch, currency, -(amount ?? 0))
  }

  #move(batchRef: string | null, currency: string, amount: number): void {
    const place = `${batchRef} ${currency}`
    this.#moved.set(place, (this.#moved.get(place) ?? 0n) + BigInt(amount))
  }

  /** What breaks took out of the batch, less what came back. */
  movedFrom({ batchRef, currency }: Pick<AcquirerBatchHistory, 'batchRef' | 'currency'>): bigint {
    return this.#moved.get(`${batchRef} ${currency}`) ?? 0n
  }

  addBatch({ currency, row }: AcquirerBatchHistory): void {
    if (row === null) return
    this.wanted.add(CASH_IN_TRANSIT, currency, row.net - row.allocated - row.moved)
  }

  addSums({ settledCharges, openTransfers, suspenseEntryCount }: ReconSums): void {
    for (const { account, currency, amount } of this.#closings.values()) this.wanted.add(account, currency, amount)
    for (const { account, currency, amountMinor } of settledCharges) this.wanted.add(account, currency, amountMinor)
    for (const { currency, amount } of openTransfers) this.wanted.add(CASH_IN_TRANSIT, currency, -amount)
    this.openTransfers = openTransfers
    this.foundSuspenseEntryCount = suspenseEntryCount
  }
}

/** A batch of which lines of the bank left something: its break is about the batch. */
export const isShortPaid = ({ class: name, subject, batchRef }: BreakHistory['break']): boolean =>
  name === 'AMOUNT_UNDER' && batchRef !== null && subject.split(':').length === 3
