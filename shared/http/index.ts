/** What a handler needs to speak HTTP. */
export { notFound, validationFailed } from './api-error.ts'
export { defineMutation, type MutationPorts } from './define-mutation.ts'
export { defineRoute, type RouteHandler } from './define-route.ts'
export type { ErrorLog } from './errors.ts'
export type { ResponseCache } from './idempotency.ts'
export { originOf } from './origin.ts'
export type { DuplicatePolicy } from './respond.ts'
export type { HttpResult, RequestObserver, RoutePorts } from './route.ts'
