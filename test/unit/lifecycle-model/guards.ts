/** The guards of the lifecycle, and what the model looks like without each of them. */

import type { Payment } from '../../../shared/domain/payment.ts'
import type { OperationPorts } from '../../../shared/payments/operation.ts'
import { DuplicateKeyError, type Operations, type Payments } from '../../../shared/payments/ports.ts'
import type { ScenarioName } from './scenarios.ts'
import type { Variant } from './steps.ts'

export const sound: Variant = {
  rules: { isIdempotent: true, keepsTombstones: true },
  claimPorts: ports => ports,
  settlePorts: ports => ports,
}

/** A claim that sees the payment otherwise than it is. It writes it as it is. */
const blinded = (seen: (payment: Payment) => Partial<Payment>): Variant => ({
  ...sound,
  claimPorts: ports => {
    let real: Payment | undefined
    const payments: Payments = {
      insert: (...given) => ports.payments.insert(...given),
      expired: (...given) => ports.payments.expired(...given),
      lock: async (tx, paymentId) => {
        real = await ports.payments.lock(tx, paymentId)
        return real && { ...real, ...seen(real) }
      },
      update: (tx, { pendingOperationId, updatedAtMs }) =>
        ports.payments.update(tx, { ...real!, pendingOperationId, updatedAtMs }),
    }
    return { ...ports, payments }
  },
})

const withOperations =
  (change: (operations: Operations) => Partial<Operations>): Variant['settlePorts'] =>
  ports => {
    const { operations } = ports
    const bound: Operations = {
      insert: (...given) => operations.insert(...given),
      summary: (...given) => operations.summary(...given),
      isKeyUsed: (...given) => operations.isKeyUsed(...given),
      finish: (...given) => operations.finish(...given),
      takeOver: (...given) => operations.takeOver(...given),
      release: (...given) => operations.release(...given),
      due: (...given) => operations.due(...given),
      unknown: (...given) => operations.unknown(...given),
    }
    return { ...ports, operations: { ...bound, ...change(bound) } }
  }

/** Inserts as if the table had no unique key on merchants and their keys. */
function withoutUniqueKey(ports: OperationPorts): OperationPorts {
  const operations = withOperations(given => ({
    insert: (tx, operation) => given.insert(tx, { ...operation, idempotencyKey: null }),
  }))(ports).operations
  const { answers } = ports
  return {
    ...ports,
    operations,
    answers: {
      open: (tx, row) =>
        answers.open(tx, row).catch(error => {
          if (!(error instanceof DuplicateKeyError)) throw error
        }),
      moveTo: (...given) => answers.moveTo(...given),
      finish: (...given) => answers.finish(...given),
      find: (...given) => answers.find(...given),
    },
  }
}

/** Everything that counts as run out. */
const LONG_AGO = { nowMs: Number.MAX_SAFE_INTEGER, leaseUntilMsMax: Number.MAX_SAFE_INTEGER }
const DUE = { virtualNowMs: Number.MAX_SAFE_INTEGER, nextAttemptAtMsMax: Number.MAX_SAFE_INTEGER }

interface Broken {
  variant: Variant
  /** The scenario in which it shows. */
  shownBy: ScenarioName
}

/** Whatever attempt the row has, it is this one's. */
const anyAttempt = async (tries: (attempt: number) => Promise<boolean>): Promise<boolean> => {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) if (await tries(attempt)) return true
  return false
}
const ATTEMPTS_MAX = 5

export const withoutGuard: Record<string, Broken> = {
  pending: { variant: blinded(() => ({ pendingOperationId: null })), shownBy: 'two captures in part and the job' },
  transition: {
    variant: blinded(({ status }) => (status === 'REQUESTED' ? {} : { status: 'AUTHORIZED' })),
    shownBy: 'a void of the rest, a last capture and the expiry, as the time runs out',
  },
  amount: { variant: blinded(() => ({ capturedMinor: 0 })), shownBy: 'two captures in part and the job' },
  'capture before': {
    variant: blinded(() => ({ captureBeforeMs: null })),
    shownBy: 'a capture in part, the expiry and the job, as the time runs out',
  },
  attempt: {
    variant: {
      ...sound,
      settlePorts: withOperations(given => ({
        finish: (tx, operation, outcome) => anyAttempt(attempt => given.finish(tx, { ...operation, attempt }, outcome)),
        release: async (operation, nowMs, nextAttemptAtMs) => {
          await anyAttempt(async attempt => {
            await given.release({ ...operation, attempt }, nowMs, nextAttemptAtMs)
            return false
          })
        },
      })),
    },
    shownBy: 'a capture in part, its repeat and the job twice',
  },
  lease: {
    variant: {
      ...sound,
      settlePorts: withOperations(given => ({
        due: (_, limit) => given.due({ ...LONG_AGO, ...DUE }, limit),
        takeOver: (operationId, now, until) => given.takeOver(operationId, { ...now, ...LONG_AGO }, until),
      })),
    },
    shownBy: 'an authorization, its repeat and the job',
  },
  'unique key': {
    variant: { ...sound, claimPorts: withoutUniqueKey },
    shownBy: 'a capture in part, its repeat and the job twice',
  },
  'acquirer idempotency': {
    variant: { ...sound, rules: { ...sound.rules, isIdempotent: false } },
    shownBy: 'an authorization, its repeat and the job',
  },
  tombstone: {
    variant: { ...sound, rules: { ...sound.rules, keepsTombstones: false } },
    shownBy: 'an authorization, its repeat and the job',
  },
}
