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
