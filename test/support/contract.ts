/** What every answer must be: the views of shared/contracts with nothing beside them, or an error in the one shape of errors. */
import { expect } from '@jest/globals'
import * as z from 'zod'
import { type ErrorBody, type ErrorCode, errorBody } from '../../shared/contracts/errors.ts'
import { type MutationView, mutationView } from '../../shared/contracts/payment.ts'
import { type KeyView, keyView } from '../../shared/contracts/routes/get-idempotency.ts'
import { type PaymentDetailView, paymentDetailView } from '../../shared/contracts/routes/get-payment.ts'
import { type OperationListView, operationListView } from '../../shared/contracts/routes/list-operations.ts'
import { type PaymentListView, paymentListView } from '../../shared/contracts/routes/list-payments.ts'
import type { Reply } from './http.ts'

function strictly(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodObject) {
    return z.strictObject(Object.fromEntries(Object.entries(schema.shape).map(([key, part]) => [key, strictly(part)])))
  }
  if (schema instanceof z.ZodArray) return z.array(strictly(schema.element))
  if (schema instanceof z.ZodNullable) return strictly(schema.unwrap()).nullable()
  if (schema instanceof z.ZodOptional) return strictly(schema.unwrap()).optional()
  return schema as z.ZodType
}

/** The same schema, refusing fields that it does not name, at every depth. */
export const exactly = <T>(schema: z.ZodType<T>) => strictly(schema) as z.ZodType<T>

const views = {
  mutation: exactly(mutationView),
  detail: exactly(paymentDetailView),
  list: exactly(paymentListView),
  operations: exactly(operationListView),
  key: exactly(keyView),
  error: exactly(errorBody),
}

const JSON_TYPE = /^application\/json(;|$)/

function expectView<T>(reply: Reply, status: number, view: z.ZodType<T>): T {
  expect({ status: reply.status, body: reply.text }).toMatchObject({ status })
  expect(reply.headers['content-type']).toMatch(JSON_TYPE)
  expect(reply.headers['x-request-id']).toBeTruthy()
  return view.parse(reply.json)
}

export const expectMutation = (reply: Reply, status: 200 | 201): MutationView =>
  expectView(reply, status, views.mutation)
export const expectDetail = (reply: Reply): PaymentDetailView => expectView(reply, 200, views.detail)
export const expectList = (reply: Reply): PaymentListView => expectView(reply, 200, views.list)
export const expectOperations = (reply: Reply): OperationListView => expectView(reply, 200, views.operations)
export const expectUsedKey = (reply: Reply): KeyView => expectView(reply, 200, views.key)

/** One of the answers that reads have. */
export const expectAnyRead = (reply: Reply): unknown =>
  expectView(reply, 200, z.union([views.detail, views.list, views.operations]))

/** Traces of what only our own logs may say. */
const INTERNALS =
  /stack|node_modules|\.ts:\d|\.js:\d|ECONN|ER_[A-Z]|SELECT |INSERT |mysql|ioredis|kafkajs|127\.0\.0\.1/i

/** Any error at all: one shape, an object of details, the request's id, and no word from the inside. */
export function expectAnyError(reply: Reply): ErrorBody {
  const body = expectView(reply, reply.status, views.error)
  expect(reply.status).toBeGreaterThanOrEqual(400)
  // A refusal may repeat the caller's own words in its details; a failure repeats nobody's.
  expect(reply.status >= 500 ? reply.text : body.message).not.toMatch(INTERNALS)
  // A replayed refusal is the first answer byte for byte, and so names the first request.
  if (!reply.replayed) expect(body.requestId).toBe(reply.headers['x-request-id'])
  return body
}

export function expectError(reply: Reply, status: number, code: ErrorCode): ErrorBody {
  expect({ status: reply.status, body: reply.text }).toMatchObject({ status })
  const body = expectAnyError(reply)
  expect(body.code).toBe(code)
  return body
}

/** Whole seconds, at least one. */
export function expectRetryAfter(reply: Reply): void {
  expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/)
}

/** The paths that a 400 complains about, in order of the alphabet. */
export function problemPaths(reply: Reply): string[] {
  const { details } = expectError(reply, 400, 'VALIDATION_FAILED')
  const problems = z.array(z.strictObject({ path: z.string(), message: z.string().min(1) })).parse(details.problems)
  return problems.map(problem => problem.path).sort()
}
