/** What a payment looks like to a caller: the body of every successful answer. Amounts are integers in minor units. */
import * as z from 'zod'
import {
  amountMinor,
  currency,
  entryId,
  eventId,
  merchantId,
  oneOf,
  operationId,
  orderId,
  paymentId,
} from './identifiers.ts'
import { entryTypes, eventTypes, operationKinds, operationStates, paymentStatuses } from './lists.ts'

const inCode = (words: readonly string[]): string => words.map(word => `\`${word}\``).join(', ')

export const paymentStatus = oneOf(paymentStatuses).meta({
  id: 'PaymentStatus',
  description:
    'REQUESTED → AUTHORIZED | DECLINED | FAILED; AUTHORIZED → PARTIALLY_CAPTURED | COMPLETED | VOIDED | EXPIRED; PARTIALLY_CAPTURED → COMPLETED; COMPLETED → PARTIALLY_REFUNDED → REFUNDED. An operation in progress does not change it: see pendingOperation.',
  'x-description-ko':
    'REQUESTED → AUTHORIZED | DECLINED | FAILED, AUTHORIZED → PARTIALLY_CAPTURED | COMPLETED(매입 끝) | VOIDED | EXPIRED, PARTIALLY_CAPTURED → COMPLETED, COMPLETED → PARTIALLY_REFUNDED → REFUNDED. 진행 중인 작업은 상태를 바꾸지 않고 pendingOperation에 나타납니다.',
})

export const operationKind = z.enum(operationKinds).meta({ id: 'OperationKind' })

export const operationState = z.enum(operationStates).meta({
  id: 'OperationState',
  description: 'PENDING until the outcome is known; FAILED: the acquirer confirmed that it never was carried out.',
  'x-description-ko': '결과를 알기 전에는 PENDING, FAILED는 실행되지 않았음을 카드사가 확인했다는 뜻입니다.',
})

/** RFC 3339, UTC, milliseconds. */
export const time = z.iso.datetime({ precision: 3 }).meta({
  id: 'Time',
  description: 'RFC 3339, UTC, milliseconds.',
  'x-description-ko': 'RFC 3339, UTC, 밀리초.',
  examples: ['2026-11-22T06:00:00.123Z'],
})

/** What tells a page whether virtual times have to be told apart from real ones. */
export const virtualAheadMs = z.int().min(0).meta({
  description:
    'How far virtual time is ahead of real time. 0 where the sandbox clock was never moved; there is no such clock when deployed.',
  'x-description-ko':
    '가상 시각이 실제 시각보다 앞선 만큼. 샌드박스 시계를 옮긴 적이 없으면 0입니다. 배포 환경에는 이런 시계가 없습니다.',
})

/** Of what is captured or refunded so far. */
const total = (en: string, ko: string) => z.int().min(0).meta({ description: en, 'x-description-ko': ko })

export const ledgerEntryView = z
  .object({
    entryId,
    type: z.string().meta({
      description: `One of ${inCode(entryTypes)}.`,
      'x-description-ko': `${inCode(entryTypes)} 중 하나.`,
    }),
    debitAccount: z.string(),
    creditAccount: z.string(),
    amount: amountMinor,
    currency,
    occurredAt: time,
  })
  .meta({
    id: 'LedgerEntry',
    description: 'One movement of money: debit and credit together, so it balances.',
    'x-description-ko': '돈의 움직임 하나입니다. 차변과 대변이 함께라 항상 균형이 맞습니다.',
  })
export type LedgerEntryView = z.infer<typeof ledgerEntryView>

export const eventView = z
  .object({
    eventId,
    type: z.string().meta({
      description: `The Kafka topic: ${inCode(eventTypes)}.`,
      'x-description-ko': `Kafka 토픽: ${inCode(eventTypes)}.`,
    }),
    sequence: z.int(),
    createdAt: time,
    publishedAt: time.nullable(),
  })
  .meta({
    id: 'PaymentEvent',
    description: 'An event in the outbox; `publishedAt` is null until Kafka has it.',
    'x-description-ko': '아웃박스의 이벤트. Kafka가 받기 전에는 `publishedAt`이 null입니다.',
  })
export type EventView = z.infer<typeof eventView>

export const pendingOperationView = z
  .object({ operationId, kind: operationKind, amount: amountMinor, since: time })
  .meta({ id: 'PendingOperation' })

export const paymentView = z
  .object({
    paymentId,
    merchantId,
    orderId: orderId.nullable(),
    status: paymentStatus,
    amount: amountMinor,
    currency,
    capturedAmount: total('Captured so far, in minor units.', '지금까지 매입한 금액(최소 단위).'),
    refundedAmount: total('Refunded so far, in minor units.', '지금까지 환불한 금액(최소 단위).'),
    disputedAmount: total(
      'What card holders took back, in minor units: of disputes that are open or lost. It cannot be refunded.',
      '카드 소유자가 도로 가져간 금액(최소 단위): 진행 중이거나 진 분쟁. 환불할 수 없습니다.',
    ),
    capturableAmount: total(
      'What a capture can still take, in minor units; 0 when capturing is over.',
      '아직 매입할 수 있는 금액(최소 단위). 매입이 끝나면 0입니다.',
    ),
    refundableAmount: total(
      'What a refund can still give back, in minor units; 0 while capturing is not over.',
      '아직 환불할 수 있는 금액(최소 단위). 매입이 끝나기 전에는 0입니다.',
    ),
    createdAt: time,
    updatedAt: time,
    captureBefore: time.nullable().meta({
      description: 'The authorization can be captured before this; null until there is one.',
      'x-description-ko': '이 시각 전까지 매입할 수 있습니다. 승인 전에는 null입니다.',
    }),
    pendingOperation: pendingOperationView.nullable().meta({
      description: 'The operation whose outcome is not known yet, if there is one.',
      'x-description-ko': '아직 결과를 모르는 작업(있는 경우).',
    }),
    ledgerEntries: z.array(ledgerEntryView).meta({
      description: 'Oldest first. The fee follows a capture within moments, written by the ledger consumer.',
      'x-description-ko': '오래된 순서. 수수료는 매입 직후 원장 컨슈머가 기록합니다.',
    }),
    message: z.string().meta({
      description: 'For people, in the language of `Accept-Language`. Never decide by it.',
      'x-description-ko': '사람이 읽는 문장(`Accept-Language` 언어). 판단 기준으로 쓰지 마세요.',
    }),
  })
  .meta({ id: 'Payment', description: 'A payment.', 'x-description-ko': '결제.' })
export type PaymentView = z.infer<typeof paymentView>

/** The answer to a mutation. */
export const mutationView = paymentView.extend({ operationId }).meta({
  id: 'PaymentMutation',
  description: 'The payment after an operation, and the id of that operation.',
  'x-description-ko': '작업 뒤의 결제와 그 작업의 식별자.',
})
export type MutationView = z.infer<typeof mutationView>
