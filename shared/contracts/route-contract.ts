/**
 * What a route's contract says, and the types that follow from it. Each file in `routes/` exports two things: `contract`, which
 * the handler is made from, and `docs`, the words and examples. `docs` is a function, so that no bundle of a handler carries it.
 */
import type * as z from 'zod'
import type { Language } from './errors.ts'
import type { RouteClass } from './limits.ts'
import type { OperatorRole, RequestedKind } from './lists.ts'
import type { OperatorWrite } from './operator-write.ts'
import type { Problem } from './problem-texts.ts'
import type { RefusalName, Refusals } from './refusals.ts'
import type { RouteName } from './routes.ts'

/** An answer whose text the handler makes itself. With a `schema` the text is JSON. */
export interface TextAnswer {
  mediaType: string
  schema?: z.ZodType
}

interface AnyContract {
  /** Method and path as serverless.yml writes them. */
  route: string
  tag: 'payments' | 'ledger' | 'settlement' | 'reconciliation' | 'health' | 'description' | 'sandbox' | 'operator'
  path?: z.ZodObject
  /** A query that does not fit is a 400 where `VALIDATION_FAILED` is among the refusals. Elsewhere it counts as absent. */
  query?: z.ZodObject
  /** The answers that are no refusals, by HTTP status. */
  answers: Readonly<Record<number, z.ZodType | TextAnswer>>
  refusals: readonly RefusalName[]
  /** The route is not deployed. */
  offlineOnly?: true
  /** The route has no authorizer when deployed. */
  open?: true
  /** Whose rate limits and places in work it shares; none when absent. */
  routeClass?: RouteClass
}

/** A route that changes no payment. A caller whose request runs out of time is told `SERVICE_UNAVAILABLE`. */
export interface ReadContract extends AnyContract {
  mutation?: undefined
  operator?: undefined
  writes?: undefined
  body?: undefined
  bodyOptional?: undefined
  onTimeout?: undefined
}

/** A route that moves money, and reads `Idempotency-Key`. */
export interface MutationContract extends AnyContract {
  mutation: RequestedKind
  operator?: undefined
  writes?: undefined
  routeClass: 'mutations'
  body: z.ZodObject
  /** Whether the body may be left out. */
  bodyOptional?: true
  /** Finds further problems that the body's schema cannot. Called with bodies that fit the schema. */
  check?: (body: never) => Problem[]
  /** Whether a body, which may not fit its schema, needs an idempotency key. */
  needsKey: 'always' | ((body: Readonly<Record<string, unknown>>) => boolean)
  /** What a caller is told when the request runs out of time. */
  onTimeout: 'OUTCOME_UNKNOWN'
}

/** A route that changes the sandbox itself, and moves no money. */
export interface SandboxContract extends AnyContract {
  mutation?: undefined
  operator?: undefined
  writes?: undefined
  body: z.ZodObject
  bodyOptional?: undefined
  onTimeout?: undefined
  offlineOnly: true
}

/** A route of the operator console. Its path begins with `/operator/`; deployed it has an authorizer of its own, or is absent. */
export interface OperatorContract extends AnyContract {
  mutation?: undefined
  /** The least role that may call it. `anyone`: also who is not signed in, from the console's own address. */
  operator: OperatorRole | 'anyone'
  /** It changes something that an operator asked for: its body has `key` and `reason`, and its handler is given a claim. */
  writes?: true
  body?: z.ZodObject
  bodyOptional?: undefined
  /** What a caller is told when a write runs out of time that moves money. */
  onTimeout?: 'OUTCOME_UNKNOWN'
  open?: undefined
}

export type RouteContract = ReadContract | MutationContract | SandboxContract | OperatorContract

/** What every read of the database may refuse with. */
export const readRefusals = ['RATE_LIMITED', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const

/** What every read of the console may refuse with. */
export const operatorReadRefusals = ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals] as const

/** What every mutation may refuse with. */
export const mutationRefusals = [
  'VALIDATION_FAILED',
  'PAYMENT_DECLINED',
  'DUPLICATE_REQUEST',
  'DIFFERENT_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
] as const

/** What every route that reads a body may refuse with. */
type BodyRefusal = 'VALIDATION_FAILED' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE'

/** The refusals that the other properties of a contract make possible. */
type ImpliedRefusal<Contract> =
  | 'INTERNAL_ERROR'
  | (Contract extends { path: object } ? 'NOT_FOUND' : never)
  | (Contract extends { body: object } ? BodyRefusal : never)
  | (Contract extends { routeClass: string } ? 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE' : never)
  | (Contract extends { mutation: string } ? (typeof mutationRefusals)[number] : never)
  | (Contract extends { operator: string } ? 'FORBIDDEN' | 'UNAUTHENTICATED' | 'SERVICE_UNAVAILABLE' : never)
  | (Contract extends { writes: true } ? 'DIFFERENT_REQUEST' : never)
  | (Contract extends { mutation: 'capture' } ? 'CAPTURE_CONFLICT' : never)
  | (Contract extends { mutation: 'refund' } ? 'REFUND_CONFLICT' : never)
  | (Contract extends { mutation: 'void' } ? 'VOID_CONFLICT' : never)

type MissingRefusal<Contract extends RouteContract> = Exclude<ImpliedRefusal<Contract>, Contract['refusals'][number]>

/** A required property whose type states the problem, where there is one. */
type Complete<Contract extends RouteContract> = ([MissingRefusal<Contract>] extends [never]
  ? unknown
  : { refusals: `the refusals lack ${MissingRefusal<Contract>}` }) &
  (Contract extends { route: `${string} /operator/${string}` }
    ? { operator: OperatorRole | 'anyone' }
    : { operator?: undefined }) &
  (Contract extends { body: infer Body extends z.ZodType; check: (body: infer Checked) => unknown }
    ? z.output<Body> extends Checked
      ? unknown
      : { check: 'the check takes another body' }
    : unknown) &
  (Contract extends { writes: true }
    ? { operator: 'operator' | 'approver' } & (Contract extends { body: infer Body extends z.ZodType }
        ? z.output<Body> extends OperatorWrite
          ? unknown
          : { body: 'the body lacks the fields of operatorWrite' }
        : { body: z.ZodObject })
    : unknown)

/**
 * Returns the contract. It does not compile when `refusals` lacks one that the rest makes possible, when `check` takes another body, or when
 * a path of the console names no role.
 */
export const defineContract = <const Contract extends RouteContract>(
  contract: Contract & Complete<Contract>,
): Contract => contract

type OutputOf<Declared> = Declared extends z.ZodType ? z.output<Declared> : never

/** A body as its receiver reads it. */
type BodyOf<Declared> = Declared extends { schema: infer Schema }
  ? OutputOf<Schema>
  : Declared extends TextAnswer
    ? string
    : OutputOf<Declared>

type AnswersIn<Contract extends RouteContract> = Contract['answers']

/** What is no refusal, told apart by `status`. */
export type SuccessOf<Contract extends RouteContract> = {
  [Status in keyof AnswersIn<Contract>]: { status: Status; body: BodyOf<AnswersIn<Contract>[Status]> }
}[keyof AnswersIn<Contract>]

/** What a handler gives back for a success. The body of a `TextAnswer` is its text. */
export type SentAnswerOf<Contract extends RouteContract> = {
  [Status in keyof AnswersIn<Contract>]: {
    status: Status
    body: AnswersIn<Contract>[Status] extends TextAnswer ? string : OutputOf<AnswersIn<Contract>[Status]>
    headers?: Record<string, string>
  }
}[keyof AnswersIn<Contract>]

/** The refusals, told apart by `status`, and those of one status by `body.code`. */
export type RefusalOf<Contract extends RouteContract> = {
  [Name in Contract['refusals'][number]]: {
    status: Refusals[Name]['statusCode']
    body: z.output<Refusals[Name]['body']>
  }
}[Contract['refusals'][number]]

type PathOf<Contract> = Contract extends { path: infer Path extends z.ZodType }
  ? { path: z.input<Path> }
  : { path?: undefined }
type QueryOf<Contract> = Contract extends { query: infer Query extends z.ZodType }
  ? { query?: z.input<Query> }
  : { query?: undefined }
type SentBodyOf<Contract> = Contract extends { body: infer Body extends z.ZodType }
  ? { body: z.input<Body> }
  : { body?: undefined }

/** What a caller of a route sends. */
export type CallTo<Contract> = PathOf<Contract> & QueryOf<Contract> & SentBodyOf<Contract>

/** Simple CommonMark in both languages: paragraphs, lists with `- `, `code` and **strong**. */
export type Words = Record<Language, string>

export interface Example<Value = unknown> {
  summary: Words
  value: Value
}
export type Examples<Value = unknown> = Record<string, Example<Value>>

interface AnswerDocs<Value = unknown> {
  words: Words
  examples: Examples<Value>
}

/** What a document says about a route. */
export interface RouteDocs {
  summary: Words
  description: Words
  /** What a caller may send as the body. */
  requests?: Examples
  /** By HTTP status. */
  answers: Readonly<Record<number, AnswerDocs>>
  /** What a caller may do next with the payment in the answer. */
  next?: readonly RouteName[]
  /** A command that runs unchanged against `npm start`. In the order of a purchase, each uses the result of the one before. */
  curl: string
}

/** The same, with a word and an example for each answer of the contract. */
export type DocsOf<Contract extends RouteContract> = RouteDocs & {
  answers: { [Status in keyof AnswersIn<Contract>]: AnswerDocs<BodyOf<AnswersIn<Contract>[Status]>> }
} & (Contract extends { body: infer Body extends z.ZodType }
    ? { requests: Examples<z.input<Body>> }
    : { requests?: undefined })
