/**
 * The bank's protocol: JSON over HTTP, but for payout files (pain.001.001.09) and statements (camt.053.001.08), which are XML. The
 * sandbox bank serves it, and the settlement jobs call it. Days are those of Seoul in the bank's virtual time.
 *
 * PUT  /payout-files/{messageId}          a payout file, taken whole or not at all, and once. 200 its state · 409 the same id with other bytes · 400
 * GET  /payout-files/{messageId}          200 its state · 404 not known: it may be sent again
 * GET  /payouts/{endToEndId}              200 what became of one payout · 404 not known
 * PUT  /deposits/{reference}              somebody pays money in, once. 200 · 409 the same reference with other content
 * PUT  /transfers/{reference}             moves money between our own accounts, once. 200 · 409
 * GET  /statements/{account}/{day}        200 camt.053 of a day that has ended · 404 it has not, or nobody knows the account
 * GET  /journal?after=&limit=             200 a page of the journal, in the order of writing
 * PUT  /clock                             how far its virtual clock is ahead. 200 · 409 it would go back
 * GET  /health                            200 it can write its journal · 503
 */
import * as z from 'zod'
import { amountMinor, currency } from './identifiers.ts'

/** RFC 3339, UTC, milliseconds. */
const time = z.iso.datetime({ precision: 3 })

/** Our accounts at the bank. Merchants' money is kept apart in the safeguarded one. */
export const bankAccounts = ['operating', 'safeguarded'] as const
export type BankAccount = (typeof bankAccounts)[number]

/**
 * Merchants' accounts are tokens that say what becomes of a payout: it is paid; refused; answered and paid a day late; paid and sent back
 * a day later. With `acct_lost` the first file that holds it is acknowledged and lost; with `acct_silent` the first one is taken and
 * never answered.
 */
export const accountTokens = ['acct_pay', 'acct_fail', 'acct_late', 'acct_return', 'acct_lost', 'acct_silent'] as const
export type AccountToken = (typeof accountTokens)[number]

export const payoutFileAnswer = z.object({
  messageId: z.string(),
  /** Rejected whole: none of its payouts will be executed. */
  state: z.enum(['ACCEPTED', 'REJECTED']),
  /** Why it was rejected; null otherwise. */
  reason: z.string().nullable(),
})
export type PayoutFileAnswer = z.infer<typeof payoutFileAnswer>

export const bankPayoutStates = ['PENDING', 'CONFIRMED', 'FAILED', 'RETURNED'] as const
export type BankPayoutState = (typeof bankPayoutStates)[number]

export const bankPayout = z.object({
  endToEndId: z.string(),
  messageId: z.string(),
  amount: amountMinor,
  currency,
  account: z.string(),
  state: z.enum(bankPayoutStates),
  /** Why it failed or came back; null otherwise. */
  reason: z.string().nullable(),
  /** The bank's own name for the movement; null while nothing moved. */
  bankReference: z.string().nullable(),
  /** In the bank's virtual time. */
  decidedAt: time.nullable(),
})
export type BankPayout = z.infer<typeof bankPayout>

/** Money that somebody, such as the acquirer, pays into one of our accounts. */
export const bankDeposit = z.strictObject({
  account: z.enum(bankAccounts),
  amount: amountMinor,
  currency,
  /** Who pays. */
  from: z.string().min(1).max(70),
  /** What it is for: the acquirer's batch. */
  remittance: z.string().min(1).max(140),
})
export type BankDeposit = z.infer<typeof bankDeposit>

export const bankTransfer = z.strictObject({
  from: z.enum(bankAccounts),
  to: z.enum(bankAccounts),
  amount: amountMinor,
  currency,
})
export type BankTransfer = z.infer<typeof bankTransfer>

/** How far the virtual clock is ahead of the real one, in milliseconds. It only grows. */
export const bankClock = z.strictObject({ offsetMs: z.int().min(0) })
