/** What a handler needs to speak HTTP. */
export { ApiError, type Problem, validationFailed } from './api-error.ts'
export { type ErrorLog, errors } from './errors.ts'
export { type IdempotencyPorts, idempotency, type ResponseCache } from './idempotency.ts'
export { originOf } from './origin.ts'
export { parseBody, parsePath, parseQuery } from './parse-body.ts'
export { type DuplicatePolicy, json, respond } from './respond.ts'
export {
  type HttpResult,
  type OptionalClaim,
  type RequestObserver,
  type RequiredClaim,
  type RouteEvent,
  type RoutePorts,
  route,
} from './route.ts'
