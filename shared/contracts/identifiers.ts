/** The shapes of ids, keys and amounts, shared by requests, answers and events. */
import * as z from 'zod'
import { currencyExponent } from './currency.ts'

/** The largest amount in minor units: twelve digits. */
export const AMOUNT_MAX = 999_999_999_999

const text = (issue: { input: unknown }): string => (issue.input === undefined ? 'is required' : 'must be text')

const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}'

export const paymentId = z.string().regex(new RegExp(`^pay_${ulid}$`), 'must look like pay_ and 26 characters')
export const operationId = z.string().regex(new RegExp(`^op_${ulid}$`))
export const eventId = z.string().regex(new RegExp(`^evt_${ulid}$`))
export const entryId = z.string().regex(new RegExp(`^led_${ulid}$`))

/** Printable ASCII without space, compared byte for byte. */
const printable = (max: number) =>
  z
    .string({ error: text })
    .regex(new RegExp(`^[\\x21-\\x7E]{1,${max}}$`), `must be 1 to ${max} printable ASCII characters without spaces`)

export const merchantId = printable(32)
export const idempotencyKey = printable(64)

export const amountMinor = z
  .number({
    error: issue =>
      issue.input === undefined ? 'is required' : 'must be an integer in the minor unit of the currency',
  })
  .int('must be an integer in the minor unit of the currency')
  .min(1, 'must be at least 1')
  .max(AMOUNT_MAX, `must be at most ${AMOUNT_MAX}`)

export const currency = z
  .string({ error: text })
  .refine(code => currencyExponent(code) !== undefined, 'must be an ISO 4217 currency code such as KRW')

/** A sandbox token. Never a card number: nothing that is not `tok_` and a word is even looked at. */
export const paymentMethod = z
  .string({ error: text })
  .regex(/^tok_[a-z0-9_]{1,40}$/, 'must be a sandbox token such as tok_approve; never send card numbers')
