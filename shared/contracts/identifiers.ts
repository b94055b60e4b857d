/** The shapes of ids, keys and amounts, shared by requests, answers and events. */
import * as z from 'zod'
import { currencyCodes, currencyExponent } from './currency.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'
import { TOKEN_FORM } from './test-tokens.ts'

/** The largest amount in minor units: twelve digits. */
export const AMOUNT_MAX = 999_999_999_999

/** The message of a value of another type: it may be absent. */
const unless =
  (message: string) =>
  ({ input }: { input?: unknown }): string =>
    input === undefined ? schemaMessages.required : message

const text = unless(schemaMessages.text)

/** A member of a list, as a parameter. */
export const oneOf = <const Members extends readonly string[]>(members: Members) =>
  z.enum(members, inBoth(`must be one of ${members.join(', ')}`, `다음 중 하나여야 합니다: ${members.join(', ')}`))

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}'

/** The id of something that has no description of its own here. */
export const ulidWith = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_${ULID}$`))

/** The same, as a parameter that somebody may send wrongly. */
export const askedUlid = (prefix: string, message: string) =>
  z.string({ error: text }).regex(new RegExp(`^${prefix}_${ULID}$`), message)

export const paymentId = z
  .string({ error: text })
  .regex(
    new RegExp(`^pay_${ULID}$`),
    inBoth('must look like pay_ and 26 characters', 'pay_와 26자로 이루어져야 합니다'),
  )
  .meta({
    id: 'PaymentId',
    description: '`pay_` and a ULID: sorts by the time of creation.',
    'x-description-ko': '`pay_`와 ULID입니다. 정렬하면 생성 시각순이 됩니다.',
    examples: ['pay_01M81XZHJW17YGZNRCM5X9JWX9'],
  })
export const operationId = z
  .string()
  .regex(new RegExp(`^op_${ULID}$`))
  .meta({
    id: 'OperationId',
    description: 'One operation on a payment, such as a capture: `op_` and a ULID.',
    'x-description-ko': '매입 등 결제에 대한 작업 한 번의 식별자: `op_`와 ULID.',
    examples: ['op_01M81XZHJW4N8QF6T2R0C7V5KD'],
  })
export const eventId = z
  .string()
  .regex(new RegExp(`^evt_${ULID}$`))
  .meta({ id: 'EventId', examples: ['evt_01M81XZHR2D5YB3J8GQXWZ6N1A'] })
export const entryId = z
  .string()
  .regex(new RegExp(`^led_${ULID}$`))
  .meta({ id: 'EntryId', examples: ['led_01M81Y01V9K4TS6P2M8HWQ3B7E'] })

export const batchId = ulidWith('bat').meta({
  id: 'BatchId',
  description: 'A settlement batch: `bat_` and a ULID.',
  'x-description-ko': '정산 배치의 식별자: `bat_`와 ULID.',
  examples: ['bat_01M8E2V4T0C5X9QK7R3HWN6B1D'],
})
export const itemId = ulidWith('itm').meta({ id: 'ItemId', examples: ['itm_01M81Y02BX5C8QR1W4T7JH9ZND'] })
export const payoutId = ulidWith('out').meta({
  id: 'PayoutId',
  description: '`out_` and a ULID. The bank knows the payout by it.',
  'x-description-ko': '`out_`와 ULID. 은행도 이 식별자로 지급을 구별합니다.',
  examples: ['out_01M8GMZ8R0V3T6KX2Q9HJ5NC7W'],
})
export const reconFileId = ulidWith('rcf').meta({
  id: 'ReconFileId',
  description: 'A file of the acquirer or the bank: `rcf_` and a ULID.',
  'x-description-ko': '매입사나 은행의 파일: `rcf_`와 ULID.',
  examples: ['rcf_01M8HT4C7Q2W9E5R8T1Y6V3B0N'],
})
export const breakId = ulidWith('brk').meta({
  id: 'BreakId',
  description: 'Something that does not fit: `brk_` and a ULID.',
  'x-description-ko': '불일치: `brk_`와 ULID.',
  examples: ['brk_01M8HT5D1Z4X7C0V3B6N9M2K5J'],
})
export const payoutFileId = ulidWith('pof').meta({ id: 'PayoutFileId', examples: ['pof_01M8GMZ9A4E7W1SB8D6MP0YR2G'] })

export const expectationId = ulidWith('exp').meta({ id: 'ExpectationId', examples: ['exp_01M8HT5D1Z4X7C0V3B6N9M2K5E'] })

export const holdId = ulidWith('hld').meta({ id: 'HoldId', examples: ['hld_01M8J1TQ6Z3W8X5C2V9B7N4M1K'] })
export const invoiceId = ulidWith('inv').meta({ id: 'InvoiceId', examples: ['inv_01M8J1V4E8R2T5Y7P9Q3W6Z1XC'] })

export const disputeId = ulidWith('dsp').meta({ id: 'DisputeId', examples: ['dsp_01M8K0V4E8R2T5Y7P9Q3W6Z1XD'] })

/** Printable ASCII without space, compared byte for byte. */
const printable = (max: number) =>
  z
    .string({ error: text })
    .regex(
      new RegExp(`^[\\x21-\\x7E]{1,${max}}$`),
      inBoth(
        `must be 1 to ${max} printable ASCII characters without spaces`,
        `공백 없는 출력 가능한 ASCII 문자 1~${max}자여야 합니다`,
      ),
    )

export const merchantId = printable(32).meta({
  id: 'MerchantId',
  description: 'The merchant, compared byte for byte.',
  'x-description-ko': '가맹점 식별자. 바이트 단위로 비교합니다.',
  examples: ['moonlight-mobile'],
})
export const accountName = printable(64).meta({
  id: 'AccountName',
  description:
    'An account of the ledger. Those of a merchant carry its id behind a colon. Characters that mean something in a URL are percent-encoded.',
  'x-description-ko':
    '원장의 계정. 가맹점 계정은 콜론 뒤에 가맹점 식별자가 붙습니다. URL 특수 문자는 퍼센트 인코딩하세요.',
  examples: ['merchant_payable:moonlight-mobile'],
})
export const orderId = printable(64).meta({
  id: 'OrderId',
  description: 'The merchant’s own name for the purchase. It may occur more than once.',
  'x-description-ko': '가맹점이 정한 주문 번호. 중복될 수 있습니다.',
  examples: ['order-1001'],
})
export const idempotencyKey = printable(300).meta({
  id: 'IdempotencyKey',
  description:
    'One key is one request: a repeat with the same key and body gets the stored answer again. `console:` and a ULID is the console’s.',
  'x-description-ko':
    '키 하나는 요청 하나입니다. 같은 키와 본문으로 반복하면 저장된 응답을 그대로 받습니다. `console:`와 ULID는 콘솔의 키입니다.',
  examples: ['order-1001'],
})

const minorUnits = inBoth('must be an integer in the minor unit of the currency', '통화의 최소 단위 정수여야 합니다')
export const atLeast = (min: number): string => inBoth(`must be at least ${min}`, `${min} 이상이어야 합니다`)
export const atMost = (max: number): string => inBoth(`must be at most ${max}`, `${max} 이하여야 합니다`)

export const amountMinor = z
  .number({ error: unless(minorUnits) })
  .int(minorUnits)
  .min(1, atLeast(1))
  .max(AMOUNT_MAX, atMost(AMOUNT_MAX))
  .meta({
    id: 'AmountMinor',
    description: 'An integer in the minor unit of the currency: 1550000 is ₩1,550,000, or $15,500.00.',
    'x-description-ko': '통화의 최소 단위 정수입니다. 1550000은 1,550,000원 또는 15,500.00달러입니다.',
    examples: [1_550_000],
  })

/** A sum has no bound, and JSON numbers are exact up to 2^53 only: text. */
export const sumMinor = (en: string, ko: string) =>
  z
    .string()
    .regex(/^(?:0|-?[1-9]\d*)$/)
    .meta({ description: en, 'x-description-ko': ko, examples: ['1511250'] })

const notACurrency = inBoth('must be an ISO 4217 currency code such as KRW', 'KRW 같은 ISO 4217 통화 코드여야 합니다')

export const currency = z
  .string({ error: text })
  .refine(code => currencyExponent(code) !== undefined, notACurrency)
  .meta({
    id: 'Currency',
    description:
      'ISO 4217, in capital letters. In a code that was withdrawn (BGN on 2026-01-01) nothing new is authorized.',
    'x-description-ko': 'ISO 4217 통화 코드(대문자). 폐지된 통화(BGN, 2026-01-01)로는 새로 승인할 수 없습니다.',
    enum: [...currencyCodes],
    examples: ['KRW'],
  })

/** A sandbox token. Never a card number: nothing that is not `tok_` and a word is even looked at. */
export const paymentMethod = z
  .string({ error: text })
  .regex(
    TOKEN_FORM,
    inBoth(
      'must be a sandbox token such as tok_approve; never send card numbers',
      'tok_approve 같은 샌드박스 토큰이어야 합니다. 카드 번호는 절대 보내지 마세요',
    ),
  )
  .meta({
    id: 'PaymentMethod',
    description:
      'A sandbox token: `tok_approve` (the default), `tok_decline`, `tok_slow` (approves after 3 s), or one that names what goes wrong, such as `tok_capture_timeout_after`. Never a card number.',
    'x-description-ko':
      '샌드박스 토큰: `tok_approve`(기본값), `tok_decline`, `tok_slow`(3초 뒤 승인), 또는 `tok_capture_timeout_after`처럼 무엇이 잘못되는지 나타내는 토큰. 카드 번호는 절대 보내지 마세요.',
    examples: ['tok_approve'],
  })
