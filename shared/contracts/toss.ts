/** What Toss Payments says of a settlement (`GET /v1/settlements`, an array of these), as far as it is read. */
import * as z from 'zod'
import { currency } from './identifiers.ts'

/** A settlement of one payment or one cancellation. Amounts are in major units; those of a cancellation are negative. */
export const tossSettlement = z.object({
  /** The merchant. */
  mId: z.string(),
  paymentKey: z.string(),
  transactionKey: z.string(),
  orderId: z.string(),
  currency,
  method: z.string().nullish(),
  amount: z.number(),
  interestFee: z.number().nullish(),
  /** With VAT: `supplyAmount` + `vat`, and the sum of `fees`. Some answers have one of the two, others both. */
  fee: z.number().nullish(),
  /** By type: BASE, INSTALLMENT, INSTALLMENT_DISCOUNT, POINT_SAVING, ETC. Older answers have amounts as text. */
  fees: z.array(z.looseObject({ fee: z.union([z.number(), z.string()]) })).nullish(),
  /** The fee without VAT. */
  supplyAmount: z.number(),
  vat: z.number(),
  /** `amount` − `fee`. */
  payOutAmount: z.number(),
  approvedAt: z.string(),
  soldDate: z.string(),
  paidOutDate: z.string(),
  /** Of a cancellation; null otherwise. */
  cancel: z.looseObject({ transactionKey: z.string().nullish() }).nullish(),
})
export type TossSettlement = z.infer<typeof tossSettlement>
