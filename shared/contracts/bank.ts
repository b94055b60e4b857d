/**
 * The bank's protocol: JSON over HTTP, but for payout files (pain.001.001.09) and statements (camt.053.001.08), which are XML. The
 * sandbox bank serves it, and the settlement jobs call it. Days are those of Seoul in the bank's virtual time. A name in a path is a
 * message id, an end-to-end id or a reference: 1 to 35 letters, digits, `.`, `_` and `-`.
 *
 * PUT  /payout-files/{messageId}          a payout file, taken whole or not at all, and once. 200 its state · 409 the same id with other bytes · 400
 * GET  /payout-files/{messageId}          200 its state · 404 not known: it may be sent again
 * GET  /payouts/{endToEndId}              200 what became of one payout · 404 not known
 * PUT  /deposits/{reference}              somebody pays money in, once. 200 what was booked · 409 the same reference with other content
 * PUT  /transfers/{reference}             moves money between our own accounts, once. 200 what was booked · 409
 * GET  /statements/{account}/{day}        200 camt.053 of a day that has ended · 404 `day_not_over`, `unknown_account`, or `no_movement` until then
 * GET  /journal?after=&limit=             200 a page of the journal, in the order of writing
 * PUT  /clock                             how far its virtual clock is ahead. 200 · 409 it would go back
 * GET  /health                            200 it can write its journal · 503
 */
import * as z from 'zod'
import { amountMinor, currency } from './identifiers.ts'

/** RFC 3339, UTC, milliseconds. */
const time = z.iso.datetime({ precision: 3 })

/** Text that XML can carry, on one line. */
const textOf = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{C}*$/u, 'must have no control characters')

/** Our accounts at the bank, one of each currency. Merchants' money is kept apart in the safeguarded one. Both may be overdrawn. */
export const bankAccounts = ['operating', 'safeguarded'] as const
export type BankAccount = (typeof bankAccounts)[number]

/** What a message, a payout, a deposit or a transfer is called. ISO 20022 allows 35 characters. */
export const bankName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,35}$/, 'must be 1 to 35 letters, digits, dots, underscores and hyphens')

/**
 * Merchants' accounts are tokens that say what becomes of a payout: it is paid; refused; paid a day late; paid and sent back a day
 * later. A file that holds `acct_lost` is acknowledged and lost when it is first sent; one that holds `acct_silent` is taken then and
 * never answered. Sent again, both are answered as any other. A payout to any other account is refused.
 */
export const accountTokens = ['acct_pay', 'acct_fail', 'acct_late', 'acct_return', 'acct_lost', 'acct_silent'] as const
export type AccountToken = (typeof accountTokens)[number]

/** How a payout file is laid out. */
export const PAYOUT_FILE_NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'
/** How a statement is laid out. */
export const STATEMENT_NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'

export const payoutFileAnswer = z.object({
  messageId: z.string(),
  /** Rejected whole: none of its payouts will be executed. */
  state: z.enum(['ACCEPTED', 'REJECTED']),
  /** Why it was rejected; null otherwise. */
  reason: z.string().nullable(),
})
export type PayoutFileAnswer = z.infer<typeof payoutFileAnswer>

/** PENDING until the day it is asked for, and with `acct_late` a day longer. */
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
  /** The bank's own name for the last movement; null while nothing moved. */
  bankReference: z.string().nullable(),
  /** In the bank's virtual time; null while it is pending. */
  decidedAt: time.nullable(),
})
export type BankPayout = z.infer<typeof bankPayout>

/** Money that somebody, such as the acquirer, pays into one of our accounts. */
export const bankDeposit = z.strictObject({
  account: z.enum(bankAccounts),
  amount: amountMinor,
  currency,
  /** Who pays. */
  from: textOf(70),
  /** What it is for: the acquirer's batch. */
  remittance: textOf(140),
})
export type BankDeposit = z.infer<typeof bankDeposit>

export const bankTransfer = z.strictObject({
  from: z.enum(bankAccounts),
  to: z.enum(bankAccounts),
  amount: amountMinor,
  currency,
})
export type BankTransfer = z.infer<typeof bankTransfer>

/** What a deposit or a transfer moved: a transfer moves twice. */
export const bankBooking = z.object({
  reference: z.string(),
  movements: z.array(
    z.object({
      account: z.enum(bankAccounts),
      /** Minor units, negative when money leaves. */
      amount: z.int(),
      currency,
      bankReference: z.string(),
      bookedOn: z.iso.date(),
      valueOn: z.iso.date(),
    }),
  ),
})
export type BankBooking = z.infer<typeof bankBooking>

/** How far the virtual clock is ahead of the real one, in milliseconds. It only grows. */
export const bankClock = z.strictObject({ offsetMs: z.int().min(0) })

export const bankMovementKinds = ['payout', 'return', 'deposit', 'transfer'] as const
export type BankMovementKind = (typeof bankMovementKinds)[number]

const inJournal = {
  /** Counts from 1, without gaps. */
  sequence: z.int().min(1),
  /** Virtual time. */
  at: time,
  /** Real time. */
  recordedAt: time,
}

/** One line of the journal, which only grows. */
export const bankJournalEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('clock'), ...inJournal, offsetMs: z.int().min(0) }),
  /** The answer to a payout file. */
  z.object({
    type: z.literal('file'),
    ...inJournal,
    ...payoutFileAnswer.shape,
    /** SHA-256 of its bytes, in hexadecimal. */
    sha256: z.string(),
    /** It was answered, and none of its payouts is known. */
    isLost: z.boolean(),
    /** How many payouts it has. */
    count: z.int().min(0),
  }),
  /** A payout of an accepted file, as the file has it. */
  z.object({
    type: z.literal('payout'),
    ...inJournal,
    endToEndId: z.string(),
    messageId: z.string(),
    amount: amountMinor,
    currency,
    /** Ours. */
    debtorAccount: z.enum(bankAccounts),
    account: z.string(),
    creditor: z.string(),
    requestedOn: z.iso.date(),
    remittance: z.string().nullable(),
  }),
  /** What became of a payout. One that comes back has two of these. */
  z.object({
    type: z.literal('decision'),
    ...inJournal,
    endToEndId: z.string(),
    state: z.enum(bankPayoutStates).exclude(['PENDING']),
    reason: z.string().nullable(),
    bankReference: z.string().nullable(),
  }),
  z.object({
    type: z.literal('movement'),
    ...inJournal,
    kind: z.enum(bankMovementKinds),
    /** The payout's end-to-end id, or what a deposit or a transfer is called. */
    reference: z.string(),
    /** Of the file that the payout came in; null for others. */
    messageId: z.string().nullable(),
    account: z.enum(bankAccounts),
    /** Minor units, negative when money leaves. */
    amount: z.int(),
    currency,
    bankReference: z.string(),
    bookedOn: z.iso.date(),
    valueOn: z.iso.date(),
    /** Who is at the other end. */
    party: z.string(),
    /** Its account; null when the bank does not know it. */
    partyAccount: z.string().nullable(),
    remittance: z.string().nullable(),
  }),
])
export type BankJournalEntry = z.infer<typeof bankJournalEntry>

export const bankJournalPage = z.object({
  entries: z.array(bankJournalEntry),
  /** Send it as `after` for the next page; null when this page reached the end. */
  next: z.int().nullable(),
})
