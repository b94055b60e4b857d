/** A dead letter as the console shows it: where it lies, why it is there, what was done about it, and its bytes. */
import * as z from 'zod'
import type { HandledState } from './dead-letter-records.ts'
import { oneOf, paymentId } from './identifiers.ts'
import { deadLetterStates } from './lists.ts'
import { operatorWrite, sampleWrite } from './operator-write.ts'
import { time } from './payment.ts'
import { onlyThese } from './requests.ts'
import { SAMPLE_PAYMENT_ID } from './sample-purchase.ts'

const PARTITION_MAX = 2 ** 31 - 1

/** Digits of a path, without zeros before them. */
const pathNumber = (max: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9]\d{0,14})$/)
    .transform(Number)
    .refine(number => number <= max)

export const letterPath = z.object({
  partition: pathNumber(PARTITION_MAX),
  offset: pathNumber(Number.MAX_SAFE_INTEGER),
})

export const deadLetterState = oneOf(deadLetterStates).meta({
  id: 'DeadLetterState',
  description:
    'WAITING until it is sent to its topic again (REDRIVEN), or put aside for good (PUT_ASIDE). What was put aside can still be redriven.',
  'x-description-ko':
    '원래 토픽에 다시 보내거나(REDRIVEN) 처리하지 않기로 하기(PUT_ASIDE) 전까지 WAITING입니다. 제외한 것도 다시 보낼 수 있습니다.',
})

const partition = z.int().min(0)
const offset = z.int().min(0)

const origin = z.object({ topic: z.string(), partition, offset }).meta({
  id: 'DeadLetterOrigin',
  description: 'Where the record lay that was refused, and where a redrive sends it to.',
  'x-description-ko': '처리하지 못한 레코드가 있던 곳이며, 재투입하면 이 토픽과 파티션으로 보냅니다.',
})

export const deadLetterView = z
  .object({
    partition: partition.meta({ description: 'Of `payment.dlq`.', 'x-description-ko': '`payment.dlq`의 파티션.' }),
    offset: offset.meta({
      description: 'Of `payment.dlq`: `npm run dlq` names the letter as `partition/offset`, too.',
      'x-description-ko': '`payment.dlq`의 오프셋. `npm run dlq`도 `파티션/오프셋`으로 부릅니다.',
    }),
    state: deadLetterState,
    error: z.string().meta({
      description: 'Why it was refused, for people.',
      'x-description-ko': '처리하지 못한 이유(사람이 읽는 문장).',
    }),
    failedAt: time.nullable().meta({
      description: 'When it was refused. Real time; null when the letter does not say.',
      'x-description-ko': '처리하지 못한 시각(실제 시각). 레터에 없으면 null입니다.',
    }),
    origin: origin.nullable().meta({
      description: 'Null when the letter itself cannot be read; then it cannot be redriven.',
      'x-description-ko': '레터 자체를 읽을 수 없으면 null이며, 재투입할 수 없습니다.',
    }),
    paymentId: paymentId.nullable().meta({
      description: 'As the record names it: such a payment need not exist.',
      'x-description-ko': '레코드에 적힌 결제 번호. 그런 결제가 없을 수도 있습니다.',
    }),
    valueBytes: z.int().min(0).nullable().meta({
      description: 'Length of the record’s value; null when it has none.',
      'x-description-ko': '레코드 값의 길이(바이트). 값이 없으면 null입니다.',
    }),
    handled: z
      .object({ by: z.string().nullable(), reason: z.string().nullable(), at: time.nullable() })
      .nullable()
      .meta({
        description: 'What was done last: who, why, when. Null while nothing was done.',
        'x-description-ko': '마지막 처리의 담당자, 이유, 시각. 아직 처리하지 않았으면 null입니다.',
      }),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetterView = z.infer<typeof deadLetterView>

const bytes = z
  .object({
    base64: z.string().meta({
      description: 'From the beginning: 64 KiB of a value, 4 KiB of anything else.',
      'x-description-ko': '앞부분: 값은 64KiB, 나머지는 4KiB까지.',
    }),
    byteCount: z.int().min(0).meta({ description: 'Of all.', 'x-description-ko': '전체 바이트 수.' }),
  })
  .meta({ id: 'RecordBytes' })

export const deadLetterDetailView = deadLetterView
  .extend({
    key: bytes.nullable(),
    value: bytes.nullable(),
    headers: z.array(z.object({ name: z.string(), value: bytes })).meta({
      description: 'The first 50.',
      'x-description-ko': '처음 50개.',
    }),
    headerCount: z.int().min(0),
  })
  .meta({
    id: 'DeadLetterDetail',
    description: 'A dead letter with the bytes of its record.',
    'x-description-ko': '데드 레터와 레코드의 바이트.',
  })
export type DeadLetterDetailView = z.infer<typeof deadLetterDetailView>

/** Of redrive and skip. */
export const handleLetterRequest = onlyThese({
  ...operatorWrite,
  state: deadLetterState.meta({
    description: 'As the operator saw it: a letter that is in another one by now is left as it is.',
    'x-description-ko': '운영자가 본 상태. 그사이 상태가 바뀌었으면 그대로 둡니다.',
  }),
}).meta({ id: 'HandleDeadLetterRequest' })

export const sampleLetter = (): DeadLetterView => ({
  partition: 0,
  offset: 17,
  state: 'WAITING',
  error: 'schema: eventId Invalid input: expected string, received undefined',
  failedAt: '2026-11-22T15:30:51.481Z',
  origin: { topic: 'payment.captured', partition: 3, offset: 214 },
  paymentId: SAMPLE_PAYMENT_ID,
  valueBytes: 18,
  handled: null,
})

export const handledSample = (state: HandledState): DeadLetterView => ({
  ...{ ...sampleLetter(), state },
  handled: { by: 'demo-operator', reason: sampleWrite.reason, at: '2026-11-22T15:41:07.002Z' },
})

export const sampleLetterDetail = (): DeadLetterDetailView => ({
  ...sampleLetter(),
  key: { base64: 'cGF5XzAxTTgxWFpISlcxN1lHWk5SQ001WDlKV1g5', byteCount: 30 },
  value: { base64: 'eyJub3QiOiJhbiBldmVudCJ9', byteCount: 18 },
  headers: [{ name: 'event-type', value: { base64: 'cGF5bWVudC5jYXB0dXJlZA==', byteCount: 16 } }],
  headerCount: 1,
})
