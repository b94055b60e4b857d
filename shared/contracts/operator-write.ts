/** What every write of the console has in its body: the key of its dialog, and why the operator wants it. */
import * as z from 'zod'
import { inBoth, schemaMessages } from './problem-texts.ts'
import { charactersAtMost } from './requests.ts'

/** As the audit log takes it. */
const REASON_LENGTH_MAX = 500

const KEY = /^console:[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** Such keys are the console's own: a merchant's operation must not look like an operator's. */
export const isOperatorKey = (key: unknown): boolean => typeof key === 'string' && KEY.test(key)

const key = z
  .string({ error: ({ input }) => (input === undefined ? schemaMessages.required : schemaMessages.text) })
  .regex(KEY, inBoth('must look like console: and a ULID', 'console:와 ULID로 이루어져야 합니다'))
  .meta({
    id: 'OperatorKey',
    description:
      '`console:` and a ULID, made once for each dialog. The same key and request get the first answer again; nothing is done twice.',
    'x-description-ko':
      '`console:`와 ULID이며 대화 상자마다 한 번 만듭니다. 같은 키와 요청은 처음 응답을 다시 받으며, 두 번 실행되지 않습니다.',
    examples: ['console:01M81Y03QK7V5D2W9T4R6H8XNZ'],
  })

// Counted in characters, as MariaDB and JSON Schema do: JavaScript's length counts an emoji twice.
const reason = z
  .string({ error: ({ input }) => (input === undefined ? schemaMessages.required : schemaMessages.text) })
  .trim()
  .min(1, inBoth('must not be empty', '비어 있으면 안 됩니다'))
  .refine(text => [...text].length <= REASON_LENGTH_MAX, charactersAtMost(REASON_LENGTH_MAX))
  .meta({
    maxLength: REASON_LENGTH_MAX,
    description: 'Why. Kept in the audit log beside the operator’s name.',
    'x-description-ko': '사유. 운영자 이름과 함께 감사 로그에 남습니다.',
    examples: ['ticket 4711'],
  })

/** The fields, for the body of a contract with `writes: true`. */
export const operatorWrite = { key, reason }
export type OperatorWrite = { key: string; reason: string }

/** What every write may refuse with that has the class `mutations`, beside its own. */
export const operatorWriteRefusals = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'VALIDATION_FAILED',
  'DIFFERENT_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const

/** The same of one that moves money. */
export const operatorMutationRefusals = [
  'NOT_FOUND',
  ...operatorWriteRefusals,
  'PAYMENT_DECLINED',
  'DUPLICATE_REQUEST',
  'OUTCOME_UNKNOWN',
] as const

export const sampleWrite = {
  key: 'console:01M81Y03QK7V5D2W9T4R6H8XNZ',
  reason: 'ticket 4711',
} as const satisfies OperatorWrite
