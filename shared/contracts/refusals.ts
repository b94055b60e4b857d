/** Every refusal and failure as callers read it: the one shape of errors, with the details that belong to its code. */
import * as z from 'zod'
import { type ErrorCode, errorBody } from './errors.ts'
import { operationId, paymentId, payoutId, ulidWith } from './identifiers.ts'
import { limitNames } from './limits.ts'
import {
  batchStates,
  breakRefusals,
  deadLetterStates,
  keyStates,
  livePayoutStates,
  operatorRoles,
  payoutFileStates,
  payoutStates,
} from './lists.ts'
import { paymentStatus } from './payment.ts'
import { BODY_BYTES_MAX } from './requests.ts'

const refusal = <Code extends ErrorCode, Details extends z.ZodType>(code: Code, details: Details) =>
  errorBody.omit({ paymentId: true }).extend({ code: z.literal(code), details })

const noDetails = z.object({})

const problem = z
  .object({
    path: z.string().meta({
      description:
        'A JSON pointer into the body, `/name` of a query parameter, or `Idempotency-Key`; empty: the whole body.',
    }),
    message: z.string().meta({
      description: 'For people, in the language of `Accept-Language`. Never decide by it.',
      'x-description-ko': '사람이 읽는 문장(`Accept-Language` 언어). 판단 기준으로 쓰지 마세요.',
    }),
  })
  .meta({ id: 'Problem' })

/** What forbids a capture, refund or void. `remaining` is what another amount could still get. */
const conflict = <Reason extends string>(settled: readonly [Reason, ...Reason[]]) =>
  z.discriminatedUnion('reason', [
    z.object({ reason: z.literal('in_progress'), status: paymentStatus }),
    z.object({ reason: z.enum(settled), status: paymentStatus, remaining: z.int().min(0) }),
  ])

/** By name: the HTTP status and the body. A name is the code, but for a code that has two statuses. */
export const refusals = {
  VALIDATION_FAILED: {
    statusCode: 400,
    body: refusal('VALIDATION_FAILED', z.object({ problems: z.array(problem).min(1) })).meta({
      id: 'ValidationFailed',
    }),
  },
  UNAUTHENTICATED: {
    statusCode: 401,
    body: refusal('UNAUTHENTICATED', noDetails).meta({ id: 'Unauthenticated' }),
  },
  PAYMENT_DECLINED: {
    statusCode: 402,
    body: refusal('PAYMENT_DECLINED', z.object({ reason: z.string(), operationId }))
      .extend({ paymentId })
      .meta({ id: 'PaymentDeclined' }),
  },
  FORBIDDEN: {
    statusCode: 403,
    body: errorBody
      .omit({ paymentId: true })
      .extend({
        code: z.literal('FORBIDDEN'),
        details: z.discriminatedUnion('reason', [
          z.object({ reason: z.literal('origin') }),
          z.object({ reason: z.literal('role'), needed: z.enum(operatorRoles) }),
          z.object({
            reason: z.literal('unknown_approver'),
            name: z.string().meta({
              description: 'As the token says it.',
              'x-description-ko': '토큰에 든 이름.',
            }),
          }),
        ]),
      })
      .meta({ id: 'Forbidden' }),
  },
  NOT_FOUND: { statusCode: 404, body: refusal('NOT_FOUND', noDetails).meta({ id: 'NotFound' }) },
  DUPLICATE_REQUEST: {
    statusCode: 409,
    body: refusal('DUPLICATE_REQUEST', z.object({ reason: z.enum(keyStates) })).meta({
      id: 'DuplicateRequest',
    }),
  },
  DIFFERENT_REQUEST: {
    statusCode: 422,
    body: refusal(
      'DUPLICATE_REQUEST',
      z.object({
        reason: z.literal('different_request'),
        differences: z.array(z.string()).meta({ description: 'JSON pointers to what differs.' }),
      }),
    ).meta({ id: 'DifferentRequest' }),
  },
  CAPTURE_CONFLICT: {
    statusCode: 409,
    body: errorBody
      .extend({ code: z.literal('CAPTURE_CONFLICT'), paymentId, details: conflict(['status', 'expired', 'amount']) })
      .meta({ id: 'CaptureConflict' }),
  },
  REFUND_CONFLICT: {
    statusCode: 409,
    body: errorBody
      .extend({ code: z.literal('REFUND_CONFLICT'), paymentId, details: conflict(['status', 'amount']) })
      .meta({ id: 'RefundConflict' }),
  },
  VOID_CONFLICT: {
    statusCode: 409,
    body: errorBody
      .extend({ code: z.literal('VOID_CONFLICT'), paymentId, details: conflict(['status']) })
      .meta({ id: 'VoidConflict' }),
  },
  DEAD_LETTER_CONFLICT: {
    statusCode: 409,
    body: errorBody
      .omit({ paymentId: true })
      .extend({
        code: z.literal('DEAD_LETTER_CONFLICT'),
        details: z.discriminatedUnion('reason', [
          z.object({ reason: z.literal('state'), state: z.enum(deadLetterStates) }),
          z.object({ reason: z.literal('unreadable') }),
          z.object({ reason: z.literal('refused'), error: z.string() }),
        ]),
      })
      .meta({ id: 'DeadLetterConflict' }),
  },
  PAYOUT_CONFLICT: {
    statusCode: 409,
    body: refusal(
      'PAYOUT_CONFLICT',
      z.discriminatedUnion('reason', [
        z.object({ reason: z.literal('state'), state: z.enum([...payoutFileStates, ...payoutStates]) }),
        z.object({
          reason: z.literal('held'),
          count: z.int().min(1).meta({
            description: 'Payouts whose merchants are held, or have another account by now.',
            'x-description-ko': '보류되었거나 계좌가 바뀐 가맹점의 지급 수.',
          }),
        }),
        z.object({ reason: z.literal('changing') }),
      ]),
    ).meta({ id: 'PayoutConflict' }),
  },
  BATCH_CONFLICT: {
    statusCode: 409,
    body: refusal(
      'BATCH_CONFLICT',
      z.discriminatedUnion('reason', [
        z.object({ reason: z.literal('state'), state: z.enum(batchStates) }),
        z.object({ reason: z.literal('living'), payoutId, state: z.enum(livePayoutStates) }),
        z.object({
          reason: z.literal('attempts_left'),
          attempt: z.int().min(1).meta({
            description: 'The payout that is made without this.',
            'x-description-ko': '그대로 두어도 만들어질 지급의 회차.',
          }),
        }),
        z.object({ reason: z.literal('too_many') }),
      ]),
    ).meta({ id: 'BatchConflict' }),
  },
  BREAK_CONFLICT: {
    statusCode: 409,
    body: refusal('BREAK_CONFLICT', z.object({ reason: z.enum(breakRefusals) })).meta({ id: 'BreakConflict' }),
  },
  VERIFY_CONFLICT: {
    statusCode: 409,
    body: refusal(
      'VERIFY_CONFLICT',
      z.discriminatedUnion('reason', [
        z.object({ reason: z.literal('busy'), runId: ulidWith('vrf'), askedBy: z.string() }),
        z.object({ reason: z.literal('no_starter') }),
      ]),
    ).meta({ id: 'VerifyConflict' }),
  },
  PAYLOAD_TOO_LARGE: {
    statusCode: 413,
    body: refusal('PAYLOAD_TOO_LARGE', z.object({ bytesMax: z.literal(BODY_BYTES_MAX) })).meta({
      id: 'PayloadTooLarge',
    }),
  },
  UNSUPPORTED_MEDIA_TYPE: {
    statusCode: 415,
    body: refusal(
      'UNSUPPORTED_MEDIA_TYPE',
      z.object({ contentType: z.string(), contentEncoding: z.string().optional() }),
    ).meta({ id: 'UnsupportedMediaType' }),
  },
  RATE_LIMITED: {
    statusCode: 429,
    body: refusal('RATE_LIMITED', z.object({ limit: z.enum(limitNames) })).meta({ id: 'RateLimited' }),
  },
  INTERNAL_ERROR: { statusCode: 500, body: refusal('INTERNAL_ERROR', noDetails).meta({ id: 'InternalError' }) },
  SERVICE_UNAVAILABLE: {
    statusCode: 503,
    body: refusal('SERVICE_UNAVAILABLE', z.object({ reason: z.literal('overloaded').optional() })).meta({
      id: 'ServiceUnavailable',
    }),
  },
  OUTCOME_UNKNOWN: {
    statusCode: 503,
    body: refusal('OUTCOME_UNKNOWN', z.object({ operationId: operationId.optional() }))
      .extend({ paymentId: paymentId.optional() })
      .meta({ id: 'OutcomeUnknown' }),
  },
} as const satisfies Record<string, { statusCode: number; body: z.ZodObject }>

export type Refusals = typeof refusals
export type RefusalName = keyof Refusals
export const refusalNames = Object.keys(refusals) as RefusalName[]
