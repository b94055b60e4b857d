/** Every error a caller can meet: its HTTP status and what it says in Korean and English. docs/errors.md lists the same codes; what is wrong with a field stands in problem-texts.ts. */
import * as z from 'zod'

export const languages = ['en', 'ko'] as const
export type Language = (typeof languages)[number]

interface ErrorDefinition {
  statusCode: number
  message: Record<Language, string>
}

export const errorCatalogue = {
  VALIDATION_FAILED: {
    statusCode: 400,
    message: {
      en: 'The request is not valid. See details.problems.',
      ko: '요청이 올바르지 않습니다. details.problems를 확인하세요.',
    },
  },
  UNAUTHENTICATED: {
    statusCode: 401,
    message: { en: 'Sign in to the console with a new link.', ko: '새 링크로 콘솔에 로그인하세요.' },
  },
  PAYMENT_DECLINED: {
    statusCode: 402,
    message: {
      en: 'The acquirer declined. No money was moved.',
      ko: '카드사가 거절했습니다. 움직인 금액은 없습니다.',
    },
  },
  FORBIDDEN: {
    statusCode: 403,
    message: { en: 'This is not allowed. See details.reason.', ko: '허용되지 않습니다. details.reason을 확인하세요.' },
  },
  NOT_FOUND: {
    statusCode: 404,
    message: { en: 'There is no such route or payment.', ko: '해당 경로 또는 결제를 찾을 수 없습니다.' },
  },
  DUPLICATE_REQUEST: {
    statusCode: 409,
    message: {
      en: 'This idempotency key was used before. See details.reason.',
      ko: '이미 사용된 멱등 키입니다. details.reason을 확인하세요.',
    },
  },
  CAPTURE_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'The payment cannot be captured in its present state.',
      ko: '현재 상태에서는 결제를 매입할 수 없습니다.',
    },
  },
  REFUND_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'The payment cannot be refunded in its present state.',
      ko: '현재 상태에서는 결제를 환불할 수 없습니다.',
    },
  },
  VOID_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'The authorization cannot be voided in its present state.',
      ko: '현재 상태에서는 승인을 취소할 수 없습니다.',
    },
  },
  DEAD_LETTER_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'Nothing was done with the dead letter. See details.reason.',
      ko: '데드 레터에 아무것도 하지 않았습니다. details.reason을 확인하세요.',
    },
  },
  PAYOUT_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'The state of the payout or its file forbids it. See details.reason.',
      ko: '지급 또는 지급 파일의 상태에서는 할 수 없습니다. details.reason을 확인하세요.',
    },
  },
  BATCH_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'The settlement batch gets no further payout. See details.reason.',
      ko: '정산 배치에 지급을 더 허용하지 않았습니다. details.reason을 확인하세요.',
    },
  },
  BREAK_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'Nothing was done with the break. See details.reason.',
      ko: '불일치에 아무것도 하지 않았습니다. details.reason을 확인하세요.',
    },
  },
  VERIFY_CONFLICT: {
    statusCode: 409,
    message: {
      en: 'No verification can be begun now. See details.reason.',
      ko: '지금은 검사를 시작할 수 없습니다. details.reason을 확인하세요.',
    },
  },
  PAYLOAD_TOO_LARGE: {
    statusCode: 413,
    message: { en: 'The body is larger than 16 KiB.', ko: '요청 본문이 16KiB를 넘습니다.' },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    statusCode: 415,
    message: {
      en: 'Send the body as application/json, in UTF-8 and not compressed.',
      ko: '본문은 압축하지 않은 UTF-8 application/json으로 보내 주세요.',
    },
  },
  RATE_LIMITED: {
    statusCode: 429,
    message: {
      en: 'Too many requests. Nothing was begun: repeat after Retry-After.',
      ko: '요청이 너무 많습니다. 시작된 것은 없습니다. Retry-After 뒤에 다시 시도하세요.',
    },
  },
  INTERNAL_ERROR: {
    statusCode: 500,
    message: { en: 'Something went wrong on our side.', ko: '서버 내부 오류가 발생했습니다.' },
  },
  SERVICE_UNAVAILABLE: {
    statusCode: 503,
    message: {
      en: 'The service is briefly unavailable. Repeat with the same idempotency key.',
      ko: '일시적으로 서비스를 사용할 수 없습니다. 같은 멱등 키로 다시 시도하세요.',
    },
  },
  OUTCOME_UNKNOWN: {
    statusCode: 503,
    message: {
      en: 'The outcome is not known yet. Repeat with the same idempotency key.',
      ko: '아직 결과를 알 수 없습니다. 같은 멱등 키로 다시 시도하세요.',
    },
  },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof errorCatalogue
export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[]

/** Of routes of the console only: the shop never meets them. */
export const consoleOnlyCodes = [
  'DEAD_LETTER_CONFLICT',
  'PAYOUT_CONFLICT',
  'BATCH_CONFLICT',
  'BREAK_CONFLICT',
  'VERIFY_CONFLICT',
] as const satisfies readonly ErrorCode[]
export type ConsoleOnlyCode = (typeof consoleOnlyCodes)[number]

export const errorBody = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  requestId: z.string(),
  paymentId: z.string().optional(),
  details: z.record(z.string(), z.unknown()),
})
export type ErrorBody = z.infer<typeof errorBody>

/** An operation whose outcome was unknown, and that the acquirer never carried out: it did not decline. */
const canceledMessage: Record<Language, string> = {
  en: 'The request was canceled: the acquirer did not carry it out. No money was moved.',
  ko: '카드사가 처리하지 않은 요청이라 취소되었습니다. 움직인 금액은 없습니다.',
}

/** The token says approver, and the operators of the database do not. */
const unknownApproverMessage: Record<Language, string> = {
  en: 'The database has no active approver of this name. An approver adds it: npm run operators -- add NAME --role approver --reason TEXT. A name that is disabled or has another role stays so: sign in under another name.',
  ko: '데이터베이스에 이 이름의 활성 승인자가 없습니다. 승인자가 npm run operators -- add NAME --role approver --reason TEXT 명령으로 추가하면 됩니다. 비활성화되었거나 역할이 다른 이름은 바꿀 수 없으니 다른 이름으로 로그인하세요.',
}

function messageOf(code: ErrorCode, { reason }: Record<string, unknown>): Record<Language, string> {
  if (code === 'PAYMENT_DECLINED' && reason === 'canceled') return canceledMessage
  if (code === 'FORBIDDEN' && reason === 'unknown_approver') return unknownApproverMessage
  return errorCatalogue[code].message
}

/** Builds the body of an error answer. `details` is always an object. */
export const errorBodyOf = (
  code: ErrorCode,
  language: Language,
  { requestId, paymentId, details = {} }: { requestId: string; paymentId?: string; details?: Record<string, unknown> },
): ErrorBody => ({
  code,
  message: messageOf(code, details)[language],
  requestId,
  ...(paymentId === undefined ? {} : { paymentId }),
  details,
})
