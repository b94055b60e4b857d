/**
 * The lists of the payment domain, each written once: statuses, operations, events and ledger entries. Imports nothing; every room may import it.
 *
 * Code that decides by a member has a `Record` of the whole list, or a `switch` without a default: a new member does not compile
 * until every such place handles it. test/unit/lists.test.ts compares what the compiler cannot read (SQL, YAML, documents, texts).
 * The database has a CHECK for statuses, kinds and states. It has none for entry types and topics.
 */

export const paymentStatuses = [
  'REQUESTED',
  'AUTHORIZED',
  'DECLINED',
  'FAILED',
  'PARTIALLY_CAPTURED',
  'COMPLETED',
  'VOIDED',
  'EXPIRED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

export const operationKinds = ['authorize', 'capture', 'refund', 'void', 'expire'] as const
export type OperationKind = (typeof operationKinds)[number]

/** The operations that a caller can ask for: all but those that have no route. */
export type RequestedKind = Exclude<OperationKind, 'expire'>

/** States of an operation whose outcome is not known yet. */
export const openStates = ['PENDING'] as const

/** States that an operation never leaves. */
export const finalStates = ['SUCCEEDED', 'DECLINED', 'FAILED'] as const
export type FinalState = (typeof finalStates)[number]

/** REQUESTED → RUNNING → DONE with a result, or FAILED without one. */
export const verifyRunStates = ['REQUESTED', 'RUNNING', 'DONE', 'FAILED'] as const
export type VerifyRunState = (typeof verifyRunStates)[number]

/** Of what a run of `npm run verify` counts how many it has read. */
export const verifyCounts = ['decisions', 'records', 'payments', 'lines', 'answers'] as const
export type VerifyCount = (typeof verifyCounts)[number]

/** What an id that the console looks up may be of. */
export const matchKinds = [
  ...(['payment', 'operation', 'event', 'entry', 'request', 'key', 'order'] as const),
  ...(['batch', 'item', 'payout', 'payoutFile', 'reserve', 'invoice', 'dispute'] as const),
  ...(['expectation', 'reconFile', 'break', 'account'] as const),
] as const
export type MatchKind = (typeof matchKinds)[number]

/** What a person may say became of an operation. */
export const handOutcomes = ['SUCCEEDED', 'FAILED'] as const satisfies readonly FinalState[]
export type HandOutcome = (typeof handOutcomes)[number]

/** What the acquirer decided about an operation. */
export const acquirerDecisions = ['approved', 'declined', 'canceled'] as const
export type DecisionKind = (typeof acquirerDecisions)[number]

export const operationStates = [...openStates, ...finalStates] as const
export type OperationState = (typeof operationStates)[number]

/** What a key that was used is told apart by, in a refusal and when somebody asks for it. */
export const keyStates = ['in_progress', 'finished', 'expired'] as const
export type KeyState = (typeof keyStates)[number]

/** Ledger entries: one type is one kind of movement between two accounts. */
export const entryTypes = ['capture', 'fee', 'fee_vat', 'refund', 'refund_fee', 'refund_fee_vat'] as const
export type EntryType = (typeof entryTypes)[number]

/** Events of a payment. Each type is the name of its Kafka topic. */
export const eventTypes = [
  'payment.authorized',
  'payment.captured',
  'payment.refunded',
  'payment.voided',
  'payment.expired',
  'payment.declined',
] as const
export type EventType = (typeof eventTypes)[number]

/** Which entries each event can book, in the order of writing. An event that books none moves no money. */
export const entriesByEvent: Record<EventType, readonly EntryType[]> = {
  'payment.authorized': [],
  'payment.captured': ['capture', 'fee', 'fee_vat'],
  'payment.refunded': ['refund', 'refund_fee', 'refund_fee_vat'],
  'payment.voided': [],
  'payment.expired': [],
  'payment.declined': [],
}

/** The events that the ledger consumer takes. */
export const ledgerEventTypes: readonly EventType[] = eventTypes.filter(type => entriesByEvent[type].length > 0)

export const accountTypes = ['asset', 'liability', 'income', 'expense', 'suspense'] as const
export type AccountType = (typeof accountTypes)[number]

/** The ledger's accounts, by their name up to a colon: each merchant has a `merchant_payable:`, `merchant_reserve:` and `merchant_receivable:` of its own. */
export const accounts = {
  acquirer_receivable: 'asset',
  merchant_payable: 'liability',
  fee_revenue: 'income',
  vat_payable: 'liability',
  payout_in_transit: 'liability',
  merchant_reserve: 'liability',
  merchant_receivable: 'asset',
  bad_debt: 'expense',
  cash: 'asset',
  cash_safeguarded: 'asset',
  cash_in_transit: 'asset',
  recon_suspense: 'suspense',
  acquirer_fee: 'expense',
  vat_receivable: 'asset',
  own_funds: 'liability',
  recon_gain: 'income',
  recon_loss: 'expense',
  dispute_fee: 'income',
} as const satisfies Record<string, AccountType>

/** How a merchant's fee carries VAT: on top of it, within it, or not at all. */
export const vatModes = ['exclusive', 'inclusive', 'none'] as const
export type VatMode = (typeof vatModes)[number]

/** What becomes of the fee and its VAT when the money is refunded. */
export const refundFees = ['keep', 'return'] as const
export type RefundFee = (typeof refundFees)[number]

/** Which days are settled together: each by itself, weeks that end on Sunday, calendar months. */
export const settlementCycles = ['D', 'W', 'M'] as const
export type SettlementCycle = (typeof settlementCycles)[number]

/**
 * What a merchant is owed for, or owes. `carry_out` empties a batch that is not paid, `carry_in` takes its sum into the next one. `invoiced`
 * takes a negative balance out, and `deducted` pays the invoice from a later batch.
 */
export const itemTypes = [
  'capture',
  'refund',
  'carry_in',
  'carry_out',
  'payout_returned',
  'adjustment',
  'reserve_hold',
  'reserve_release',
  'reserve_use',
  'invoiced',
  'deducted',
  'chargeback',
  'chargeback_won',
  'dispute_fee',
] as const
export type ItemType = (typeof itemTypes)[number]

/** OPEN → CLOSED → PAID, or CARRIED when there is nothing to pay; CLOSED ↔ HELD. */
export const batchStates = ['OPEN', 'CLOSED', 'HELD', 'PAID', 'CARRIED'] as const
export type BatchState = (typeof batchStates)[number]

/** By which of its days a batch is listed and summed: the last day of its period, or the day of payment. */
export const batchDayKinds = ['sold', 'due'] as const
export type BatchDayKind = (typeof batchDayKinds)[number]

/** Whether a closed batch is paid now, and what it waits for otherwise: a day, its merchant, an account, or a person. */
export const batchStandings = ['payable', 'waits', 'held', 'no_account', 'too_large'] as const
export type BatchStandingKind = (typeof batchStandings)[number]

/**
 * CREATED → APPROVED → SENT → CONFIRMED by the bank's answer → PAID by its statement → RETURNED. Before CONFIRMED: FAILED; before
 * SENT: CANCELED. Only statements say PAID and RETURNED.
 */
export const payoutStates = [
  'CREATED',
  'APPROVED',
  'SENT',
  'CONFIRMED',
  'PAID',
  'RETURNED',
  'FAILED',
  'CANCELED',
] as const
export type PayoutState = (typeof payoutStates)[number]

/** Payouts that may still move the money: a batch has at most one of them. */
export const livePayoutStates = [
  'CREATED',
  'APPROVED',
  'SENT',
  'CONFIRMED',
  'PAID',
] as const satisfies readonly PayoutState[]
export type LivePayoutState = (typeof livePayoutStates)[number]

/** PREPARED → APPROVED → SENT: the bank may have it → ACCEPTED: it has it. REJECTED by the bank, CANCELED by an operator. */
export const payoutFileStates = ['PREPARED', 'APPROVED', 'SENT', 'ACCEPTED', 'REJECTED', 'CANCELED'] as const
export type PayoutFileState = (typeof payoutFileStates)[number]

/** Files that wait: for an approval, for being sent, for the bank's answer. */
export const waitingFileStates = ['PREPARED', 'APPROVED', 'SENT'] as const satisfies readonly PayoutFileState[]
export type WaitingFileState = (typeof waitingFileStates)[number]

/** OPEN while something of it remains; LOST: what remained was given up. */
export const invoiceStates = ['OPEN', 'PAID', 'LOST'] as const
export type InvoiceState = (typeof invoiceStates)[number]

/** How an invoice came to be less: from a later batch, by a line of the bank, or given up. */
export const invoiceReductions = ['deducted', 'collected', 'lost'] as const
export type InvoiceReduction = (typeof invoiceReductions)[number]

/** OPEN until it is won by a line of the acquirer, or given up by a person: LOST. */
export const disputeStates = ['OPEN', 'WON', 'LOST'] as const
export type DisputeState = (typeof disputeStates)[number]

/** ASKED by one person → APPROVED by another, and so it is in the terms from a day later on; or CANCELED. */
export const accountChangeStates = ['ASKED', 'APPROVED', 'CANCELED'] as const
export type AccountChangeState = (typeof accountChangeStates)[number]

/** Ledger entries of settlement: each is of a subject, such as a payout, and of no payment. */
export const settlementEntryTypes = [
  'payout',
  'payout_failed',
  'reserve_held',
  'reserve_released',
  'reserve_used',
  'invoiced',
  'deducted',
  'invoice_lost',
  'chargeback',
  'chargeback_won',
  'dispute_fee',
] as const
export type SettlementEntryType = (typeof settlementEntryTypes)[number]

/** Ledger entries of reconciliation: each is of a file of the acquirer or the bank, of a payout, or of a break, and of no payment. */
export const reconEntryTypes = [
  'settled_net',
  'settled_fee',
  'settled_vat',
  'differs_amount',
  'differs_fee',
  'differs_vat',
  'unexpected',
  'allocated',
  'short_paid',
  'payout_paid',
  'payout_paid_difference',
  'payout_returned',
  'payout_returned_difference',
  'expected_amount',
  'expected_fee',
  'expected_vat',
  'given_up',
  'resolved',
  'taken_over',
] as const
export type ReconEntryType = (typeof reconEntryTypes)[number]

/** Events of settlement. Each type is the name of its Kafka topic. */
export const settlementEventTypes = [
  'settlement.closed',
  'payout.created',
  'payout.sent',
  'payout.paid',
  'payout.returned',
  'payout.failed',
  'reserve.held',
  'reserve.released',
  'reserve.used',
  'merchant.invoiced',
  'merchant.invoice-reduced',
  'recon.file-imported',
  'recon.chunk-booked',
  'recon.break-opened',
  'recon.break-resolved',
  'dispute.opened',
  'dispute.won',
  'dispute.lost',
] as const
export type SettlementEventType = (typeof settlementEventTypes)[number]

/**
 * What we expect to find in the acquirer's settlement, one for each captured or refunded event. A correction follows from a break, the
 * expectation of a chargeback from its own line.
 */
export const expectationKinds = ['capture', 'refund', 'correction', 'chargeback', 'chargeback_won'] as const
export type ExpectationKind = (typeof expectationKinds)[number]

/** SETTLED by the line that is matched with it, by a person's approval, or given up; OVERDUE before that when it was missed. */
export const expectationStates = ['OPEN', 'OVERDUE', 'SETTLED'] as const
export type ExpectationState = (typeof expectationStates)[number]

/** Who sends us files. */
export const reconSourceKinds = ['acquirer', 'bank'] as const
export type ReconSourceKind = (typeof reconSourceKinds)[number]

/** How a source lays out its files. */
export const reconProfiles = ['acquirer-csv', 'toss-json', 'camt-053'] as const
export type ReconProfile = (typeof reconProfiles)[number]

/** RECEIVED: its lines are being read → PARSED: all are there, and its totals are right → MATCHING → DONE. REJECTED whole. */
export const reconFileStates = ['RECEIVED', 'PARSED', 'MATCHING', 'DONE', 'REJECTED'] as const
export type ReconFileState = (typeof reconFileStates)[number]

/** Files that are on their way. */
export const waitingReconFileStates = ['RECEIVED', 'PARSED', 'MATCHING'] as const satisfies readonly ReconFileState[]
export type WaitingReconFileState = (typeof waitingReconFileStates)[number]

/** READ until it is matched. REPEATED: an earlier file had it, with the same content. */
export const reconLineStates = ['READ', 'MATCHED', 'BROKEN', 'REPEATED'] as const
export type ReconLineState = (typeof reconLineStates)[number]

/** What a line of the bank is for; `return`: a payout that came back; `transfer`: between two accounts of ours. */
export const allocationKinds = ['batch', 'payout', 'return', 'transfer'] as const
export type AllocationKind = (typeof allocationKinds)[number]

/** What does not fit. The first that applies names the break. */
export const breakClasses = [
  'DUPLICATE',
  'MISSING_HERE',
  'STATUS',
  'CURRENCY',
  'AMOUNT_OVER',
  'AMOUNT_UNDER',
  'FEE',
  'DATE',
  'MISSING_THERE',
  'AMENDED',
  'OVER_DISPUTED',
] as const
export type BreakClass = (typeof breakClasses)[number]

/** OPEN → ASSIGNED → PROPOSED → RESOLVED or WRITTEN_OFF; a refused proposal is ASSIGNED again. */
export const breakStates = ['OPEN', 'ASSIGNED', 'PROPOSED', 'RESOLVED', 'WRITTEN_OFF'] as const
export type BreakState = (typeof breakStates)[number]

/** Breaks that somebody has to work on. */
export const openBreakStates = ['OPEN', 'ASSIGNED', 'PROPOSED'] as const satisfies readonly BreakState[]

/** How old an open break is, in business days. */
export const ageNames = ['0-1', '2-5', '6-20', '>20'] as const
export type AgeName = (typeof ageNames)[number]

/** Who has to know of a break at its age. */
export const ageEscalations = ['none', 'operator', 'lead', 'finance'] as const
export type AgeEscalation = (typeof ageEscalations)[number]

/** What is done with a break. `take_over`: an approval of another break. `expected`: its expectation came. `arrived`: its line came. */
export const breakActions = [
  'assign',
  'note',
  'propose',
  'refuse',
  'approve',
  'take_over',
  'give_up',
  'expected',
  'arrived',
  'write_off',
] as const
export type BreakAction = (typeof breakActions)[number]

/** Why nothing was done with a break. */
export const breakRefusals = [
  'closed',
  /** Somebody did something with the break meanwhile. */
  'changed',
  'proposed',
  'not_proposed',
  /** Another person has to approve it. */
  'own_proposal',
  'no_such_operator',
  'nothing_remains',
  'something_remains',
  /** It can only be given up. */
  'still_missing',
  /** Nothing is missing that could be given up. */
  'not_missing',
  'no_such_account',
  'no_such_merchant',
  /** recon_gain and an invoice take what is credit, recon_loss what is debit. */
  'other_side',
  /** More would remain than now, or the other way round. */
  'too_much',
  'wants_target',
  'takes_no_target',
  'no_such_target',
  'target_closed',
  'other_currency',
  /** The payout is not at the bank: it was paid already, or failed. */
  'not_in_transit',
  /** A payout is paid as a whole, and a correction settled as a whole. */
  'other_amount',
  /** The correction is settled already. */
  'not_expected',
] as const
export type BreakRefusal = (typeof breakRefusals)[number]

/**
 * The accounts, by their name up to a colon, that an amount of a break may go to. recon_suspense: another break, whose entries go through
 * acquirer_receivable.
 */
export const counterAccounts = [
  'acquirer_receivable',
  'cash_in_transit',
  'payout_in_transit',
  'merchant_payable',
  'merchant_receivable',
  'own_funds',
  'acquirer_fee',
  'vat_receivable',
  'recon_gain',
  'recon_loss',
  'recon_suspense',
] as const satisfies readonly (keyof typeof accounts)[]
export type CounterAccount = (typeof counterAccounts)[number]

/** WAITING until it is sent to its topic again, or put aside for good. */
export const deadLetterStates = ['WAITING', 'REDRIVEN', 'PUT_ASIDE'] as const
export type DeadLetterState = (typeof deadLetterStates)[number]

/** What operators may do: look; act; and approve what others have prepared. Each may do what the one before may. */
export const operatorRoles = ['viewer', 'operator', 'approver'] as const
export type OperatorRole = (typeof operatorRoles)[number]

/** What the audit log knows of. Recovered: a token was replaced with the database's login, because nobody else could. */
export const auditActions = [
  'operator.added',
  'operator.disabled',
  'operator.rotated',
  'operator.recovered',
  'payout-file.approved',
  'payout-file.canceled',
  'payout.canceled',
  'batch.retried',
  'terms.set',
  'account.asked',
  'account.approved',
  'account.canceled',
  'invoice.lost',
  'calendar.added',
  'recon-file.imported',
  'break.acted',
  'funds.moved',
  'dispute.lost',
  'month.closed',
  'console.linked',
  'console.signed-in',
  'console.signed-out',
  'payment.capture-asked',
  'payment.refund-asked',
  'payment.void-asked',
  'payment.inquired',
  'dead-letter.redriven',
  'dead-letter.put-aside',
  'verify.requested',
  'demo.acted',
] as const
export type AuditAction = (typeof auditActions)[number]
