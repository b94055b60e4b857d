/** Stops paying merchants whose payout came back, until an operator sets their terms again. */

import type { SettlementTerms } from '../domain/settlement-terms.ts'
import { type DatedTerms, freeFrom, termsAt } from '../domain/settlement-terms.ts'
import type { Clock, Transaction } from '../payments/ports.ts'
import type { AuditLog, Payout, TermsReader, TermsWriter } from '../settlement/ports.ts'
import { AHEAD_MS_MIN, termsDetails } from '../settlement/set-terms.ts'
import { SYSTEM } from './act-on-breaks.ts'

export interface HoldPorts {
  terms: TermsReader & TermsWriter
  settlementDefaults: SettlementTerms
  auditLog: AuditLog
  clock: Clock
}

/**
 * New terms for each account of these payouts that is not held, as soon as terms may apply, and again behind each row that was written
 * before and would pay it later. Locks the terms and the audit log: call it last.
 */
export async function holdAccounts(ports: HoldPorts, tx: Transaction, returned: readonly Payout[]): Promise<void> {
  if (returned.length === 0) return
  await ports.terms.lockTerms(tx)
  const rows = await ports.terms.listTerms(tx, [...new Set(returned.map(({ merchantId }) => merchantId))])
  for (const payout of firstOfAccounts(returned)) {
    const own = rows.filter(row => row.merchantId === payout.merchantId && row.currency === payout.currency)
    for (const terms of holding(ports, payout, own)) await write(ports, tx, terms, payout)
  }
}

const firstOfAccounts = (payouts: readonly Payout[]): Payout[] => [
  ...new Map(payouts.toReversed().map(payout => [`${payout.merchantId} ${payout.currency}`, payout])).values(),
]

/** The rows that are missing: of rows that begin right behind each other one behind the last, with what that one says. */
function holding(ports: HoldPorts, payout: Payout, own: readonly DatedTerms[]): DatedTerms[] {
  const { merchantId, currency, payoutId } = payout
  const fromMs = ports.clock.virtualNowMs() + AHEAD_MS_MIN
  const at = (atMs: number) => termsAt(own, ports.settlementDefaults, merchantId, currency, atMs)
  const later = own.map(row => row.validFromMs).filter(validFromMs => validFromMs > fromMs)
  return [...new Set([fromMs, ...later].map(atMs => freeFrom(own, atMs)))]
    .filter(validFromMs => at(validFromMs).heldReason === null)
    .map(validFromMs => ({
      ...at(validFromMs),
      ...{ merchantId, currency, heldReason: `payout ${payoutId} came back`, validFromMs },
    }))
}

async function write(ports: HoldPorts, tx: Transaction, terms: DatedTerms, { merchantId }: Payout): Promise<void> {
  await ports.terms.insertTerms(tx, terms, SYSTEM, ports.clock.nowMs())
  const by = { actor: SYSTEM, reason: terms.heldReason! }
  await ports.auditLog.append(tx, { ...by, action: 'terms.set', subject: merchantId, details: termsDetails(terms) })
}
