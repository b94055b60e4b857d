/**
 * The whole HTTP contract as one table: what each route reads and everything that it can answer.
 * docs/openapi.json and the types of the web's client are made from it.
 */
import * as z from 'zod'
import { livenessView, readinessView } from './health.ts'
import { mutationView, operationListView, paymentDetailView, paymentListView } from './payment.ts'
import type { RefusalName, refusals } from './refusals.ts'
import { authorizeRequest, captureRequest, listQuery, paymentPath, refundRequest } from './requests.ts'
import type { RouteName } from './routes.ts'

/** An answer that is no JSON. */
export interface TextAnswer {
  mediaType: string
}

export interface RouteContract {
  tag: 'payments' | 'health' | 'description'
  path?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodObject
  /** Whether the body may be left out. */
  bodyOptional?: true
  /** A mutation, which reads `Idempotency-Key`. */
  mutation?: true
  /** By HTTP status: what it answers that is no refusal. */
  answers: Record<number, z.ZodType | TextAnswer>
  refusals: readonly RefusalName[]
  /** Absent when deployed. */
  offlineOnly?: true
  /** Answers without an authorizer when deployed. */
  open?: true
}

const readRefusals = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const
const mutationRefusals = [
  'VALIDATION_FAILED',
  'PAYMENT_DECLINED',
  'DUPLICATE_REQUEST',
  'DIFFERENT_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
] as const

/** `ko` or `en`; anything else counts as absent. */
export const docsQuery = z.object({
  lang: z
    .string()
    .optional()
    .meta({
      description: '`ko` or `en`, before `Accept-Language`; anything else counts as absent.',
      'x-description-ko': '`ko` 또는 `en`. `Accept-Language`보다 먼저 봅니다. 다른 값은 무시합니다.',
      examples: ['ko'],
    }),
})

export const api = {
  authorizePayment: {
    tag: 'payments',
    body: authorizeRequest,
    mutation: true,
    answers: { 201: mutationView },
    refusals: mutationRefusals,
  },
  capturePayment: {
    tag: 'payments',
    path: paymentPath,
    body: captureRequest,
    bodyOptional: true,
    mutation: true,
    answers: { 200: mutationView },
    refusals: ['NOT_FOUND', 'CAPTURE_CONFLICT', ...mutationRefusals],
  },
  refundPayment: {
    tag: 'payments',
    path: paymentPath,
    body: refundRequest,
    bodyOptional: true,
    mutation: true,
    answers: { 200: mutationView },
    refusals: ['NOT_FOUND', 'REFUND_CONFLICT', ...mutationRefusals],
  },
  getPayment: {
    tag: 'payments',
    path: paymentPath,
    answers: { 200: paymentDetailView },
    refusals: ['NOT_FOUND', ...readRefusals],
  },
  listOperations: {
    tag: 'payments',
    path: paymentPath,
    answers: { 200: operationListView },
    refusals: ['NOT_FOUND', ...readRefusals],
  },
  listPayments: {
    tag: 'payments',
    query: listQuery,
    answers: { 200: paymentListView },
    refusals: ['VALIDATION_FAILED', ...readRefusals],
  },
  getLiveness: { tag: 'health', answers: { 200: livenessView }, refusals: ['INTERNAL_ERROR'], open: true },
  getReadiness: {
    tag: 'health',
    answers: { 200: readinessView, 503: readinessView },
    refusals: ['INTERNAL_ERROR'],
  },
  getMetrics: {
    tag: 'health',
    answers: { 200: { mediaType: 'text/plain' } },
    refusals: ['INTERNAL_ERROR'],
    offlineOnly: true,
  },
  getApiDescription: {
    tag: 'description',
    answers: { 200: z.looseObject({ openapi: z.string() }) },
    refusals: ['INTERNAL_ERROR'],
  },
  getDocs: {
    tag: 'description',
    query: docsQuery,
    answers: { 200: { mediaType: 'text/html' } },
    refusals: ['INTERNAL_ERROR'],
  },
} as const satisfies Record<RouteName, RouteContract>

type Api = typeof api
type Refusals = typeof refusals

/** What a caller of the route sends. */
export type CallOf<Name extends RouteName> = (Api[Name] extends { path: infer Path extends z.ZodType }
  ? { path: z.input<Path> }
  : { path?: undefined }) &
  (Api[Name] extends { query: infer Query extends z.ZodType } ? { query?: z.input<Query> } : { query?: undefined }) &
  (Api[Name] extends { body: infer Body extends z.ZodType } ? { body: z.input<Body> } : { body?: undefined })

type BodyOf<Content> = Content extends z.ZodType ? z.output<Content> : string

type SuccessOf<Name extends RouteName> = {
  [Status in keyof Api[Name]['answers']]: { status: Status; body: BodyOf<Api[Name]['answers'][Status]> }
}[keyof Api[Name]['answers']]

type RefusalOf<Name extends RouteName> = {
  [Refusal in Api[Name]['refusals'][number]]: {
    status: Refusals[Refusal]['statusCode']
    body: z.output<Refusals[Refusal]['body']>
  }
}[Api[Name]['refusals'][number]]

/** Everything that the route can answer, told apart by `status`, and refusals of one status by `body.code`. */
export type AnswerOf<Name extends RouteName> = SuccessOf<Name> | RefusalOf<Name>
