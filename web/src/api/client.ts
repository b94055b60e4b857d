/**
 * Every route of the API as a typed call: what may be sent, and one union of all that can come back, told apart by `status`.
 * The types come from the table in shared/contracts that docs/openapi.json is made from; of zod nothing reaches the browser.
 */
import type { AnswerOf, CallOf } from '../../../shared/contracts/api.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { type RouteName, routes } from '../../../shared/contracts/routes.ts'
import { type ApiAnswer, type ApiRequest, jsonObjectOf } from './answer.ts'

export interface CallHeaders {
  'accept-language'?: Language
  'idempotency-key'?: string
  traceparent?: string
  'x-console-secret'?: string
  authorization?: string
}

/** The request that calls a route. The same call makes the same request, byte for byte. */
export function requestTo<Name extends RouteName>(
  name: Name,
  call: CallOf<Name>,
  headers: CallHeaders = {},
): ApiRequest {
  const { path = {}, query = {}, body } = call as { path?: object; query?: object; body?: unknown }
  const [method, template] = routes[name].split(' ') as [ApiRequest['method'], string]
  const filled = Object.entries(path).reduce(
    (text, [parameter, value]) => text.replace(`{${parameter}}`, encodeURIComponent(String(value))),
    template,
  )
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  return body === undefined
    ? { method, path: filled + search, headers: { ...headers } }
    : {
        method,
        path: filled + search,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }
}

/** The answer of a route, or undefined when it is not one of the API's: a proxy's page, or JSON in another shape. */
export function readAnswer<Name extends RouteName>(
  name: Name,
  { statusCode, bodyText }: ApiAnswer,
): AnswerOf<Name> | undefined {
  const body = jsonObjectOf(bodyText)
  const isKnown = statusCode < 400 || typeof body?.code === 'string' || name === 'getReadiness'
  return body !== undefined && isKnown ? ({ status: statusCode, body } as unknown as AnswerOf<Name>) : undefined
}
