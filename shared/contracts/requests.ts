/** What the requests of several routes share. */
import * as z from 'zod'
import { atLeast, atMost, merchantId, paymentId } from './identifiers.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'

/** Bodies larger than this are refused with 413. */
export const BODY_BYTES_MAX = 16 * 1024

/** An object in which unknown fields are refused. Their issue has a code of its own. The message is for a value that is no object. */
export const onlyThese = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, schemaMessages.object)

export const ownMerchantId = merchantId.optional().meta({
  description: 'When given, it must be the payment’s own merchant, else 404.',
  'x-description-ko': '보내면 결제의 가맹점과 같아야 하며, 다르면 404입니다.',
})

export const charactersAtMost = (max: number): string =>
  inBoth(`must be at most ${max} characters`, `최대 ${max}자여야 합니다`)

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 100

/** Digits only: `Number` also reads `0x10`, `1e1`, spaces and nothing at all. */
const wholeNumber = (sent: unknown): unknown =>
  typeof sent === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(sent) ? Number(sent) : sent

/** How many of something a page holds. */
export const pageLimit = (en: string, ko: string) =>
  z
    .preprocess(
      wholeNumber,
      z.number(schemaMessages.integer).int(schemaMessages.integer).min(1, atLeast(1)).max(LIMIT_MAX, atMost(LIMIT_MAX)),
    )
    .default(LIMIT_DEFAULT)
    .meta({ override: { default: LIMIT_DEFAULT }, description: en, 'x-description-ko': ko })

export const pageCursor = (lengthMax: number) =>
  z.string(schemaMessages.text).max(lengthMax, charactersAtMost(lengthMax)).optional().meta({
    description: 'The `nextCursor` of the page before. Anything else is a 400.',
    'x-description-ko': '앞 페이지의 `nextCursor`. 다른 값은 400입니다.',
  })

export const nextCursor = z.string().nullable().meta({
  description: 'Send it as `cursor` for the next page; null at the end.',
  'x-description-ko': '다음 페이지를 받을 때 `cursor`로 보내세요. 끝이면 null입니다.',
})

const REASON_LENGTH_MAX = 128

// Counted in characters, as MariaDB and JSON Schema do: JavaScript's length counts an emoji twice.
export const reason = z
  .string(schemaMessages.text)
  .refine(text => [...text].length <= REASON_LENGTH_MAX, charactersAtMost(REASON_LENGTH_MAX))
  .optional()
  .meta({
    maxLength: REASON_LENGTH_MAX,
    description: 'Kept with the operation.',
    'x-description-ko': '작업과 함께 보관됩니다.',
  })

export const paymentPath = z.object({ paymentId })
