/** The operations of the crash matrix: how each is prepared and asked for, and what the payment has come to afterwards. */
import { newConsoleKey } from '../../../scripts/lab/console/console-key.ts'
import type { OperationKind, PaymentStatus } from '../../../shared/contracts/lists.ts'
import { expectMutation } from '../contract.ts'
import type { Reply } from '../http.ts'
import { authorizeBody, newKey, newMerchant } from '../payments.ts'
import type { FunctionKey } from './crash-functions.ts'
import type { CrashSystem } from './crash-system.ts'

/** One payment, and the request for the operation on it. */
export interface Subject {
  merchantId: string
  key: string
  /** Unknown to the client while the authorization itself is what crashes. */
  paymentId?: string
}

export interface CrashOperation {
  kind: OperationKind
  /** Whose process works on the request. */
  functionKey: FunctionKey
  prepare(system: CrashSystem): Promise<Subject>
  /** The same request each time, with the same key. A job has no answer. */
  ask(system: CrashSystem, subject: Subject): Promise<Reply | undefined>
  /** When the acquirer has carried it out. */
  done: { status: PaymentStatus; statusCode: number | undefined }
  /** When the acquirer never will. */
  canceled: PaymentStatus
  /** How many operations the request claims, one after the other. */
  claims: 1 | 2
  /** Whether an operator asks: who and why is committed before anything is claimed. */
  isNoted: boolean
  /** The topics of the payment's events that the ledger takes, with those of its preparation. */
  ledgerTopics: readonly string[]
}

const AMOUNT = 1_550_000
const PART = 500_000

const newSubject = (): Subject => ({ merchantId: newMerchant(), key: newKey() })

async function authorized(system: CrashSystem): Promise<Subject> {
  const subject = newSubject()
  const body = authorizeBody({ merchantId: subject.merchantId, amount: AMOUNT })
  const { paymentId } = expectMutation(await system.api.authorize(body), 201)
  return { ...subject, paymentId }
}

async function captured(system: CrashSystem): Promise<Subject> {
  const subject = newSubject()
  const body = authorizeBody({ merchantId: subject.merchantId, amount: AMOUNT, capture: true })
  const { paymentId } = expectMutation(await system.api.authorize(body), 201)
  return { ...subject, paymentId }
}

/** The key is one of the console's. */
const forOperator =
  (prepare: CrashOperation['prepare']): CrashOperation['prepare'] =>
  async system => ({ ...(await prepare(system)), key: newConsoleKey() })

/** As if its time had run out. */
async function overdue(system: CrashSystem): Promise<Subject> {
  const subject = await authorized(system)
  await system.database.write('UPDATE payment SET capture_before = created_at WHERE payment_id = ?', [
    subject.paymentId,
  ])
  return subject
}

const authorize =
  (given: { paymentMethod?: string; capture?: boolean }) =>
  (system: CrashSystem, { merchantId, key }: Subject): Promise<Reply> =>
    system.api.authorize(authorizeBody({ merchantId, idempotencyKey: key, amount: AMOUNT, ...given }))

const change =
  (route: 'capture' | 'refund' | 'void', body?: unknown) =>
  (system: CrashSystem, { paymentId, key }: Subject): Promise<Reply> =>
    system.api[route](paymentId!, body, { 'idempotency-key': key })

/** As the console does, which sends the same again when it has no answer. */
const askAsOperator =
  (route: 'refund' | 'void') =>
  (system: CrashSystem, { paymentId, key }: Subject): Promise<Reply> =>
    system.api.post(`/operator/payments/${paymentId}/${route}`, { key, reason: 'the tab was closed' })

const captures = ['payment.captured']
const refunds = ['payment.captured', 'payment.refunded']

export const crashOperations = {
  authorize: {
    kind: 'authorize',
    functionKey: 'authorize',
    prepare: async () => newSubject(),
    ask: authorize({}),
    done: { status: 'AUTHORIZED', statusCode: 201 },
    canceled: 'FAILED',
    claims: 1,
    isNoted: false,
    ledgerTopics: [],
  },
  'authorize, declined': {
    kind: 'authorize',
    functionKey: 'authorize',
    prepare: async () => newSubject(),
    ask: authorize({ paymentMethod: 'tok_decline' }),
    done: { status: 'DECLINED', statusCode: 402 },
    canceled: 'FAILED',
    claims: 1,
    isNoted: false,
    ledgerTopics: [],
  },
  'authorize and capture': {
    kind: 'capture',
    functionKey: 'authorize',
    prepare: async () => newSubject(),
    ask: authorize({ capture: true }),
    done: { status: 'COMPLETED', statusCode: 201 },
    canceled: 'FAILED',
    claims: 2,
    isNoted: false,
    ledgerTopics: captures,
  },
  capture: {
    kind: 'capture',
    functionKey: 'capture',
    prepare: authorized,
    ask: change('capture'),
    done: { status: 'COMPLETED', statusCode: 200 },
    canceled: 'AUTHORIZED',
    claims: 1,
    isNoted: false,
    ledgerTopics: captures,
  },
  'capture in part': {
    kind: 'capture',
    functionKey: 'capture',
    prepare: authorized,
    ask: change('capture', { amount: PART, finalCapture: false }),
    done: { status: 'PARTIALLY_CAPTURED', statusCode: 200 },
    canceled: 'AUTHORIZED',
    claims: 1,
    isNoted: false,
    ledgerTopics: captures,
  },
  refund: {
    kind: 'refund',
    functionKey: 'refund',
    prepare: captured,
    ask: change('refund'),
    done: { status: 'REFUNDED', statusCode: 200 },
    canceled: 'COMPLETED',
    claims: 1,
    isNoted: false,
    ledgerTopics: refunds,
  },
  'refund by an operator': {
    kind: 'refund',
    functionKey: 'operatorRefund',
    prepare: forOperator(captured),
    ask: askAsOperator('refund'),
    done: { status: 'REFUNDED', statusCode: 200 },
    canceled: 'COMPLETED',
    claims: 1,
    isNoted: true,
    ledgerTopics: refunds,
  },
  void: {
    kind: 'void',
    functionKey: 'void',
    prepare: authorized,
    ask: change('void'),
    done: { status: 'VOIDED', statusCode: 200 },
    canceled: 'AUTHORIZED',
    claims: 1,
    isNoted: false,
    ledgerTopics: [],
  },
  'void by an operator': {
    kind: 'void',
    functionKey: 'operatorVoid',
    prepare: forOperator(authorized),
    ask: askAsOperator('void'),
    done: { status: 'VOIDED', statusCode: 200 },
    canceled: 'AUTHORIZED',
    claims: 1,
    isNoted: true,
    ledgerTopics: [],
  },
  expire: {
    kind: 'expire',
    functionKey: 'expireAuthorizations',
    prepare: overdue,
    ask: async system => {
      await system.invoke('expireAuthorizations')
      return undefined
    },
    done: { status: 'EXPIRED', statusCode: undefined },
    // Still overdue: the next run of the job expires it by an operation of its own.
    canceled: 'EXPIRED',
    claims: 1,
    isNoted: false,
    ledgerTopics: [],
  },
} as const satisfies Record<string, CrashOperation>

export type OperationName = keyof typeof crashOperations
export const operationNames = Object.keys(crashOperations) as OperationName[]
