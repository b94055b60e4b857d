/** An answer that is an error: given back by a handler or thrown anywhere in a route, rendered by the `errors` middleware. */
import type { ErrorCode } from '../contracts/errors.ts'
import type { Problem } from '../contracts/problem-texts.ts'

export interface ApiErrorRest {
  statusCode?: number
  details?: Record<string, unknown>
  /** Go into `details.problems`, each in the caller's language. */
  problems?: Problem[]
  paymentId?: string
  headers?: Record<string, string>
}

export class ApiError<Code extends ErrorCode = ErrorCode> extends Error {
  override name = 'ApiError'
  readonly code: Code
  readonly rest: ApiErrorRest

  constructor(code: Code, rest: ApiErrorRest = {}, options?: ErrorOptions) {
    super(code, options)
    this.code = code
    this.rest = rest
  }
}

/** 400 with every problem at once. */
export const validationFailed = (problems: Problem[]) => new ApiError('VALIDATION_FAILED', { problems })

/** 404: there is no such route or payment. */
export const notFound = () => new ApiError('NOT_FOUND')

/** 401: nobody is signed in, or a link does not work. Nobody is told why. */
export const unauthenticated = () => new ApiError('UNAUTHENTICATED')

/** 429 of the limit of an address. */
export const tooManyOfAddress = (retryAfterSeconds: number) =>
  new ApiError('RATE_LIMITED', { details: { limit: 'ip' }, headers: { 'retry-after': String(retryAfterSeconds) } })

/** 422: the key was used for another request, and these JSON pointers differ. */
export const differentRequest = (differences: string[]) =>
  new ApiError('DUPLICATE_REQUEST', { statusCode: 422, details: { reason: 'different_request', differences } })
