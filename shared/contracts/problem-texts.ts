/** What can be wrong with a request, as `details.problems[].message` says it, in both languages. */
import type { Language } from './errors.ts'

export type ProblemText = Readonly<Record<Language, string>>

export interface Problem {
  /** JSON pointer into the body, or the name of a header or parameter. */
  path: string
  message: ProblemText
}

const koreanOf = new Map<string, string>()

/** The message of a schema, which is one text: the English one. `problemText` finds the Korean one by it. */
export function inBoth(en: string, ko: string): string {
  koreanOf.set(en, ko)
  return en
}

export const problemText = (en: string): ProblemText => ({ en, ko: koreanOf.get(en) ?? en })

/** Every message that a schema was given. */
export const schemaTexts = (): ProblemText[] => [...koreanOf.keys()].map(problemText)

/** What schemas say of more than one field. */
export const schemaMessages = {
  required: inBoth('is required', '필수 항목입니다'),
  text: inBoth('must be text', '문자열이어야 합니다'),
  boolean: inBoth('must be true or false', 'true 또는 false여야 합니다'),
  integer: inBoth('must be an integer', '정수여야 합니다'),
  object: inBoth('must be a JSON object', 'JSON 객체여야 합니다'),
}

/** Problems of a field of a body or query that no schema finds. Kept apart, so that the bundle of a route without a body stays small. */
export const fieldTexts = {
  unknownField: { en: 'is not a known field', ko: '알 수 없는 항목입니다' },
  repeated: { en: 'is given more than once', ko: '두 번 이상 있습니다' },
} as const satisfies Record<string, ProblemText>

/** Other problems that no schema finds. */
export const problemTexts = {
  notJson: { en: 'is not valid JSON', ko: '올바른 JSON이 아닙니다' },
  notUtf8: {
    en: 'is not UTF-8, or holds U+FFFD, which stands for what could not be read (write it as \\ufffd)',
    ko: 'UTF-8이 아니거나, 읽지 못한 글자를 뜻하는 U+FFFD가 들어 있습니다(\\ufffd로 적으세요)',
  },
  notWellFormed: { en: 'holds text that is not well-formed Unicode', ko: '올바르지 않은 유니코드 문자열이 있습니다' },
  inexact: {
    en: 'is a number that cannot be kept exactly',
    ko: '값을 정확히 보존할 수 없는 숫자입니다',
  },
  keyRequired: {
    en: 'is required, in the body of an authorization or as the Idempotency-Key header',
    ko: '필수 항목입니다. 승인 요청의 본문이나 Idempotency-Key 헤더로 보내세요',
  },
  keysDiffer: {
    en: 'is given more than once, with different values; write a key that holds a comma in double quotes',
    ko: '서로 다른 값이 둘 이상 있습니다. 쉼표가 들어 있는 키는 큰따옴표로 감싸세요',
  },
  keyDiffersFromBody: {
    en: 'differs from idempotencyKey in the body',
    ko: '본문의 idempotencyKey와 다릅니다',
  },
  keyOfConsole: {
    en: 'must not look like console: and a ULID: such keys are of the operator console',
    ko: 'console:와 ULID 형식이 아니어야 합니다. 운영 콘솔의 키입니다',
  },
  clockTooFar: {
    en: 'would bring the sandbox clock more than a hundred years ahead',
    ko: '샌드박스 시계가 100년 넘게 앞서게 됩니다',
  },
  inTheFuture: { en: 'is in the future', ko: '미래의 시각입니다' },
  notBesideSold: {
    en: 'cannot be asked for together with days of sale',
    ko: '판매일과 함께 찾을 수 없습니다',
  },
  notOurCursor: { en: 'is not a cursor of ours', ko: '이 API가 만든 커서가 아닙니다' },
  currencyWithdrawn: {
    en: 'has left ISO 4217: what was authorized in it can be captured and refunded, nothing new can be authorized',
    ko: 'ISO 4217에서 폐지된 통화입니다. 기존 승인은 매입하고 환불할 수 있지만 새로 승인할 수 없습니다',
  },
} as const satisfies Record<string, ProblemText>
