/**
 * Middleware: every throw becomes an error answer without a stack.
 * serverless-offline would answer an uncaught throw with 200.
 */
import type { MiddlewareObj } from '@middy/core'
import { errorBodyOf, errorCatalogue, type Language } from '../contracts/errors.ts'
import type { Problem } from '../contracts/problem-texts.ts'
import { traceIdIn } from '../contracts/traceparent.ts'
import type { Caller } from '../payments/answer.ts'
import { DependencyUnavailableError } from '../payments/ports.ts'
import { ApiError } from './api-error.ts'
import { paymentIdOf } from './payment-id.ts'
import { quietly } from './quietly.ts'
import { json } from './respond.ts'
import type { HttpResult } from './route.ts'

/** Where errors that are not the caller's doing are reported. */
export interface ErrorLog {
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** Takes all ports, so that the log is opened only when an error needs it. */
export function errors(ports: { log: ErrorLog }): MiddlewareObj {
  const errorsOnError = (request: { event: unknown; error: unknown; response?: unknown }): void => {
    const event = request.event as { caller: Caller }
    const { requestId, traceparent } = event.caller
    const about = { requestId, paymentId: paymentIdOf(event), traceId: traceIdIn(traceparent) }
    request.response = render(withOperation(toApiError(request.error, about, ports), event), event.caller)
  }
  const errorsAfter = (request: { response?: unknown }): void => {
    if (request.response == null) throw new Error('the handler gave no answer')
  }
  return { after: errorsAfter, onError: errorsOnError } as MiddlewareObj
}

function toApiError(error: unknown, about: Record<string, unknown>, ports: { log: ErrorLog }): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof DependencyUnavailableError) {
    quietly(() => ports.log.warn({ err: error, ...about }, 'dependency unavailable'))
    return new ApiError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '2' } })
  }
  quietly(() => ports.log.error({ err: error, ...about }, 'unexpected error'))
  return new ApiError('INTERNAL_ERROR')
}

/** A request that ran out of time says what it had claimed, or was about to: its outcome can be read there. */
function withOperation(error: ApiError, event: { caller: Caller }): ApiError {
  const { operationId } = event.caller
  if (error.code !== 'OUTCOME_UNKNOWN' || error.rest.paymentId !== undefined || operationId === undefined) return error
  return new ApiError(error.code, { ...error.rest, paymentId: paymentIdOf(event), details: { operationId } })
}

function render({ code, rest }: ApiError, caller: Caller): HttpResult {
  const { statusCode, paymentId, problems, headers } = rest
  const details = problems ? { problems: problems.map(inLanguage(caller.language)) } : rest.details
  const answer = json(
    statusCode ?? errorCatalogue[code].statusCode,
    errorBodyOf(code, caller.language, { requestId: caller.requestId, paymentId, details }),
  )
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

const inLanguage =
  (language: Language) =>
  ({ path, message }: Problem) => ({ path, message: message[language] })
