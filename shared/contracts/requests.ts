/** What callers send: the bodies and query strings of every route. Unknown fields are refused. */
import * as z from 'zod'
import {
  amountMinor,
  atLeast,
  atMost,
  currency,
  idempotencyKey,
  merchantId,
  paymentId,
  paymentMethod,
} from './identifiers.ts'
import { paymentStatus } from './payment.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'

/** Bodies larger than this are refused with 413. */
export const BODY_BYTES_MAX = 16 * 1024

/** Unknown fields are told apart by their issue's code; this is about what is no object at all. */
const onlyThese = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, schemaMessages.object)

export const authorizeRequest = onlyThese({
  merchantId,
  amount: amountMinor,
  currency,
  idempotencyKey: idempotencyKey.optional().meta({
    description: 'Required here or as the header `Idempotency-Key`; given in both they must be equal.',
    'x-description-ko': '여기 또는 `Idempotency-Key` 헤더에 필수이며, 둘 다 보내면 같아야 합니다.',
  }),
  paymentMethod: paymentMethod.optional(),
}).meta({ id: 'AuthorizeRequest' })
export type AuthorizeRequest = z.infer<typeof authorizeRequest>

const ownMerchantId = merchantId.optional().meta({
  description: 'When given, it must be the payment’s own merchant, else 404.',
  'x-description-ko': '보내면 결제의 가맹점과 같아야 하며, 다르면 404입니다.',
})

export const captureRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is authorized. A part is not supported yet (400).',
    'x-description-ko': '기본값: 승인된 전액. 부분 매입은 아직 지원하지 않습니다(400).',
  }),
  merchantId: ownMerchantId,
  finalCapture: z.boolean(schemaMessages.boolean).optional().meta({
    description: '`false` is not supported yet (400).',
    'x-description-ko': '`false`는 아직 지원하지 않습니다(400).',
  }),
}).meta({ id: 'CaptureRequest' })
export type CaptureRequest = z.infer<typeof captureRequest>

const REASON_LENGTH_MAX = 128
const charactersAtMost = (max: number): string =>
  inBoth(`must be at most ${max} characters`, `최대 ${max}자여야 합니다`)

export const refundRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is captured. With an amount a key is required. A part is not supported yet (400).',
    'x-description-ko': '기본값: 매입된 전액. 금액을 보내면 키가 필요합니다. 부분 환불은 아직 지원하지 않습니다(400).',
  }),
  merchantId: ownMerchantId,
  // Counted in characters, as MariaDB and JSON Schema do: JavaScript's length counts an emoji twice.
  reason: z
    .string(schemaMessages.text)
    .refine(text => [...text].length <= REASON_LENGTH_MAX, charactersAtMost(REASON_LENGTH_MAX))
    .optional()
    .meta({
      maxLength: REASON_LENGTH_MAX,
      description: 'Kept with the operation.',
      'x-description-ko': '작업과 함께 보관됩니다.',
    }),
}).meta({ id: 'RefundRequest' })
export type RefundRequest = z.infer<typeof refundRequest>

export const paymentPath = z.object({ paymentId })

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 100
const CURSOR_LENGTH_MAX = 64

/** Digits only: `Number` also reads `0x10`, `1e1`, spaces and nothing at all. */
const wholeNumber = (sent: unknown): unknown =>
  typeof sent === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(sent) ? Number(sent) : sent

export const listQuery = onlyThese({
  merchantId: merchantId.optional(),
  status: paymentStatus.optional(),
  limit: z
    .preprocess(
      wholeNumber,
      z.number(schemaMessages.integer).int(schemaMessages.integer).min(1, atLeast(1)).max(LIMIT_MAX, atMost(LIMIT_MAX)),
    )
    .default(LIMIT_DEFAULT)
    .meta({
      override: { default: LIMIT_DEFAULT },
      description: 'Payments on a page.',
      'x-description-ko': '한 페이지의 결제 수.',
    }),
  cursor: z.string(schemaMessages.text).max(CURSOR_LENGTH_MAX, charactersAtMost(CURSOR_LENGTH_MAX)).optional().meta({
    description: 'The `nextCursor` of the page before. Anything else is a 400.',
    'x-description-ko': '앞 페이지의 `nextCursor`. 다른 값은 400입니다.',
  }),
})
export type ListQuery = z.infer<typeof listQuery>
