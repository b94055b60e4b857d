/** What the auditor is given: what clients were told, and copies of the database, of Kafka and of the acquirer's journal. */
import type { JournalEntry } from '../../../../shared/contracts/acquirer.ts'
import type {
  EntryType,
  EventType,
  OperationKind,
  OperationState,
  PaymentStatus,
  RequestedKind,
} from '../../../../shared/contracts/lists.ts'

/** Amounts in minor units everywhere. */
export interface Facts {
  journal: JournalEntry[]
  payments: PaymentFact[]
  operations: OperationFact[]
  disputes: DisputeFact[]
  entries: EntryFact[]
  /** With those that were archived. */
  outbox: OutboxFact[]
  stored: StoredFact[]
  records: RecordFact[]
  deadLetters: number
  /** Those about payments. */
  auditLog: AuditFact[]
  /** Likewise. */
  actions: ActionFact[]
  told: ToldAnswer[]
  inquiries: ToldInquiry[]
  reads: ToldRead[]
}

export interface PaymentFact {
  paymentId: string
  merchantId: string
  orderId: string | null
  status: PaymentStatus
  amount: number
  currency: string
  captured: number
  refunded: number
  disputed: number
  method: string
  feeBasisPoints: number | null
  feeFixed: number | null
  pendingOperationId: string | null
  eventCount: number
}

export interface OperationFact {
  operationId: string
  paymentId: string
  merchantId: string
  key: string | null
  kind: OperationKind
  amount: number
  currency: string
  state: OperationState
  declineReason: string | null
  sequence: number
  /** Null on all but captures. */
  finalCapture: boolean | null
  combined: boolean
}

/** What a card holder took back of a payment. Times are virtual; `closedAt` is null while it is OPEN. */
export interface DisputeFact {
  paymentId: string
  amount: number
  state: 'OPEN' | 'WON' | 'LOST'
  openedAt: Date
  closedAt: Date | null
}

export interface EntryFact {
  paymentId: string
  eventId: string
  type: EntryType
  debit: string
  credit: string
  amount: number
  currency: string
}

export interface OutboxFact {
  eventId: string
  topic: EventType
  paymentId: string
  sequence: number
  payload: string
  published: boolean
  parked: boolean
}

export interface StoredFact {
  merchantId: string
  key: string
  operationId: string | null
  statusCode: number | null
  body: string | null
}

export interface RecordFact {
  topic: string
  partition: number
  offset: number
  key: string | null
  value: string
  /** The header `event-id`. */
  eventId: string | null
}

/** A row of the audit log. */
export interface AuditFact {
  id: number
  actor: string
  action: string
  subject: string
  reason: string
  /** JSON. */
  details: string
  /** Real time. */
  at: Date
}

/** A row of `console_action`. */
export interface ActionFact {
  key: string
  operator: string
  action: string
  subject: string
}

/** Who asks in the console, and the reason that was given. */
export interface AskedBy {
  name: string
  reason: string
}

/**
 * Why a call must be refused before anything is claimed: the key belongs to another request, the operator's role is not enough, there is
 * no such payment, or a merchant used a key of the console.
 */
export type Refusal = 'different request' | 'role' | 'no payment' | 'console key'

/** One call of a client, and the final answer that it got. */
export interface ToldAnswer {
  /** Which client at which step, for people. */
  who: string
  kind: RequestedKind
  merchantId: string
  /** Null of an authorization. */
  paymentId: string | null
  key: string | null
  request: CallBody
  /** Null of a merchant's own call. */
  operator: AskedBy | null
  /** Null of a call that may be done. */
  refusal: Refusal | null
  /** Null when the client never got a final one. */
  answer: { statusCode: number; body: string } | null
  /** Answers 500 on the way. */
  internalErrors: number
  /** When the request was sent that got the answer: epoch, real time. */
  sentAtMs: number
}

/** What an operator asked the acquirer about a payment, and the final answer. */
export type ToldInquiry = Pick<ToldAnswer, 'who' | 'answer' | 'internalErrors'> & {
  paymentId: string
  key: string
  operator: AskedBy
}

/** The members of request bodies that clients of the chaos tool send. */
export interface CallBody {
  merchantId?: string
  amount?: number
  currency?: string
  paymentMethod?: string
  orderId?: string
  capture?: boolean
  finalCapture?: boolean
  reason?: string
}

/** What a client read of a payment or of its operations. */
export type ToldRead = { paymentId: string; payment: ReadPayment } | { paymentId: string; operations: ReadOperation[] }

export interface ReadPayment {
  status: string
  capturedAmount: number
  refundedAmount: number
  disputedAmount: number
}

export interface ReadOperation {
  operationId: string
  kind: string
  state: string
  amount: number
  currency: string
  declineReason: string | null
}
