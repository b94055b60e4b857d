/** An answer that is an error: thrown anywhere in a handler, rendered by the `errors` middleware. */
import type { ErrorCode } from '../contracts/errors.ts'
import type { ProblemText } from '../contracts/problem-texts.ts'

export interface Problem {
  /** JSON pointer into the body, or the name of a header or parameter. */
  path: string
  message: ProblemText
}

export interface ApiErrorRest {
  statusCode?: number
  details?: Record<string, unknown>
  /** Go into `details.problems`, each in the caller's language. */
  problems?: Problem[]
  paymentId?: string
  headers?: Record<string, string>
}

export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: ErrorCode
  readonly rest: ApiErrorRest

  constructor(code: ErrorCode, rest: ApiErrorRest = {}, options?: ErrorOptions) {
    super(code, options)
    this.code = code
    this.rest = rest
  }
}

/** 400 with every problem at once. */
export const validationFailed = (problems: Problem[]): ApiError => new ApiError('VALIDATION_FAILED', { problems })
