/** Which closed batches are paid now, and which wait for what. */

import { AMOUNT_MAX } from '../contracts/identifiers.ts'
import { addBusinessDays, addDays, dayEndsAtMs, isBusinessDay, soldOn } from '../domain/business-days.ts'
import { type DatedTerms, type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Clock, Transaction } from '../payments/ports.ts'
import { pagesOf } from './pages-of.ts'
import type { Account, Batches, Calendars, Payout, SettlementBatch, TermsReader } from './ports.ts'
import { readOnce } from './read-once.ts'
import { AHEAD_MS_MIN } from './set-terms.ts'

export interface HeldPorts {
  terms: TermsReader
  /** Of merchants without terms. */
  settlementDefaults: SettlementTerms
}

export interface PayablePorts extends HeldPorts {
  batches: Batches
  calendars: Calendars
}

export type BatchStanding =
  /** To this account. */
  | { kind: 'payable'; accountToken: string }
  /** From this virtual time on; undefined: its calendar has not been loaded so far. */
  | { kind: 'waits'; untilMs: number | undefined }
  | { kind: 'held' }
  | { kind: 'no_account' }
  /** The bank takes no payout of this size, and would reject the whole file. */
  | { kind: 'too_large' }

/** Batches of one look. */
const PAGE_BATCHES = 500
/** No day is later, wherever it is. */
const LAST_DAY = '9999-12-31'
const HOURS_AHEAD_MAX_MS = 14 * 60 * 60_000

/** Every batch that could be paid by then (virtual time), page by page, with what it waits for at `virtualNowMs`. */
export async function* standingBatches(
  ports: PayablePorts,
  virtualNowMs: number,
  { isLater = false } = {},
): AsyncGenerator<{ batch: SettlementBatch; standing: BatchStanding }> {
  const dueOnMax = isLater ? LAST_DAY : new Date(virtualNowMs + HOURS_AHEAD_MAX_MS).toISOString().slice(0, 10)
  const wanted = { dueOnMax, limit: PAGE_BATCHES }
  const list = (after?: SettlementBatch) => ports.batches.listPayable(wanted, after)
  for await (const page of pagesOf(PAGE_BATCHES, list)) yield* await withStandings(ports, page, virtualNowMs)
}

/** As they stand at this virtual time. */
export async function withStandings(
  ports: PayablePorts,
  batches: readonly SettlementBatch[],
  virtualNowMs: number,
  tx?: Transaction,
) {
  if (batches.length === 0) return []
  const rows = await ports.terms.listTerms(tx, [...new Set(batches.map(batch => batch.merchantId))])
  const calendars = readOnce(ports.calendars, tx)
  return Promise.all(
    batches.map(async batch => {
      const terms = termsAt(rows, ports.settlementDefaults, batch.merchantId, batch.currency, virtualNowMs)
      if (isHeld(ports, rows, batch, virtualNowMs)) return { batch, standing: { kind: 'held' } as const }
      return { batch, standing: await standingOf(calendars, batch, terms, virtualNowMs) }
    }),
  )
}

/** By terms that apply now, or that were written already and apply as soon as any may: a payout that came back holds its merchant at once. */
export function isHeld(
  { settlementDefaults }: Pick<HeldPorts, 'settlementDefaults'>,
  rows: readonly DatedTerms[],
  { merchantId, currency }: Account,
  virtualNowMs: number,
): boolean {
  const at = (atMs: number) => termsAt(rows, settlementDefaults, merchantId, currency, atMs)
  return [virtualNowMs, virtualNowMs + AHEAD_MS_MIN].some(atMs => at(atMs).heldReason !== null)
}

/** Why a payout that nobody has approved is not to be paid as it is; undefined: it may be. What is wanted to begin later is not asked. */
export function whyNotPaid(
  ports: Pick<HeldPorts, 'settlementDefaults'>,
  rows: readonly DatedTerms[],
  { merchantId, currency, accountToken }: Pick<Payout, 'merchantId' | 'currency' | 'accountToken'>,
  virtualNowMs: number,
): string | undefined {
  if (isHeld(ports, rows, { merchantId, currency }, virtualNowMs)) return 'the merchant is held'
  const terms = termsAt(rows, ports.settlementDefaults, merchantId, currency, virtualNowMs)
  return terms.accountToken === accountToken ? undefined : 'the merchant has another account'
}

/** By the terms as the transaction finds them: somebody may have held the merchant since they were read. */
export async function isHeldNow(
  ports: HeldPorts & { clock: Pick<Clock, 'virtualNowMs'> },
  tx: Transaction,
  account: Account,
): Promise<boolean> {
  const rows = await ports.terms.listTerms(tx, [account.merchantId])
  return isHeld(ports, rows, account, ports.clock.virtualNowMs())
}

async function standingOf(
  calendars: Pick<Calendars, 'calendar'>,
  { dueOn, netMinor }: SettlementBatch,
  { timezone, calendar: name, accountToken }: SettlementTerms,
  virtualNowMs: number,
): Promise<BatchStanding> {
  if (accountToken === null) return { kind: 'no_account' }
  if (netMinor > AMOUNT_MAX) return { kind: 'too_large' }
  const calendar = await calendars.calendar(name)
  // Payouts go by the days of the calendar: the cut-off is for sales.
  const days = { timezone, cutoff: '24:00' }
  const today = soldOn(virtualNowMs, days)
  if (dueOn <= today && isBusinessDay(calendar, today)) return { kind: 'payable', accountToken }
  const before = dueOn > today ? addDays(dueOn, -1) : today
  const payOn = addBusinessDays(calendar, before, 1)
  return { kind: 'waits', untilMs: payOn === undefined ? undefined : dayEndsAtMs(addDays(payOn, -1), days) }
}
