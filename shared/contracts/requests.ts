/** What callers send: the bodies and query strings of every route. Unknown fields are refused. */
import * as z from 'zod'
import { amountMinor, currency, idempotencyKey, merchantId, paymentId, paymentMethod } from './identifiers.ts'
import { paymentStatus } from './payment.ts'

/** Bodies larger than this are refused with 413. */
export const BODY_BYTES_MAX = 16 * 1024

export const authorizeRequest = z.strictObject({
  merchantId,
  amount: amountMinor,
  currency,
  idempotencyKey: idempotencyKey.optional(),
  paymentMethod: paymentMethod.optional(),
})
export type AuthorizeRequest = z.infer<typeof authorizeRequest>

export const captureRequest = z.strictObject({
  amount: amountMinor.optional(),
  merchantId: merchantId.optional(),
  finalCapture: z.boolean().optional(),
})
export type CaptureRequest = z.infer<typeof captureRequest>

export const refundRequest = z.strictObject({
  amount: amountMinor.optional(),
  merchantId: merchantId.optional(),
  reason: z.string().max(128, 'must be at most 128 characters').optional(),
})
export type RefundRequest = z.infer<typeof refundRequest>

export const paymentPath = z.object({ paymentId })

export const listQuery = z.strictObject({
  merchantId: merchantId.optional(),
  status: paymentStatus.optional(),
  limit: z.coerce
    .number()
    .int('must be an integer')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .default(20),
  cursor: z.string().max(64).optional(),
})
export type ListQuery = z.infer<typeof listQuery>
