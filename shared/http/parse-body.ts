/** Middleware: the body as JSON that fits its schema, and the idempotency key, with every problem reported at once. */
import type { MiddlewareObj } from '@middy/core'
import type * as z from 'zod'
import { idempotencyKey } from '../contracts/identifiers.ts'
import { jsonPointer } from '../contracts/json-pointer.ts'
import { BODY_BYTES_MAX } from '../contracts/requests.ts'
import { ApiError, type Problem, validationFailed } from './api-error.ts'
import { header } from './route.ts'

export interface ParseBodyOptions<Body> {
  schema: z.ZodType<Body>
  /** Whether this body, which may not fit the schema, needs an idempotency key. */
  needsKey: (body: Readonly<Record<string, unknown>>) => boolean
  /** What the schema cannot say: further problems of a well-formed body. */
  check?: (body: Body) => Problem[]
}

/** Adds `body` (parsed, without the key), `sentBody` (as sent, without the key) and `key` to the event. 400, 413, 415. */
export function parseBody<Body>(options: ParseBodyOptions<Body>): MiddlewareObj {
  const parseBodyBefore = (request: { event: unknown }): void => {
    const event = request.event as RawEvent
    const sent = readJson(event)
    const body = options.schema.safeParse(sent)
    const key = readKey(event, sent)
    const problems = [
      ...(body.success ? (options.check?.(body.data) ?? []) : body.error.issues.flatMap(problemsOf)),
      ...key.problems,
    ]
    if (isObject(sent) && options.needsKey(sent) && !key.given) {
      problems.push({
        path: '/idempotencyKey',
        message: 'is required, in the body of an authorization or as the Idempotency-Key header',
      })
    }
    if (problems.length > 0 || !body.success) throw validationFailed(problems)
    const { idempotencyKey: _, ...sentBody } = sent as Record<string, unknown>
    Object.assign(event, { body: body.data, sentBody, key: key.value })
  }
  return { before: parseBodyBefore }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface RawEvent {
  body?: string | null
  isBase64Encoded?: boolean
  headers?: Record<string, string | undefined>
}

/** The body as sent; an absent body is an empty object. */
function readJson(event: RawEvent): unknown {
  const raw: unknown = event.body ?? ''
  // serverless-offline hands on the JSON texts false and 0 as values.
  if (typeof raw !== 'string') return raw
  const bytes = Buffer.from(raw, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > BODY_BYTES_MAX) throw new ApiError('PAYLOAD_TOO_LARGE', { details: { bytesMax: BODY_BYTES_MAX } })
  const text = bytes.toString('utf8')
  if (text.trim() === '') return {}
  const type = header(event, 'content-type') ?? ''
  if (!/^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', { details: { contentType: type.slice(0, 100) } })
  try {
    return JSON.parse(text)
  } catch {
    throw validationFailed([{ path: '', message: 'is not valid JSON' }])
  }
}

interface SentKey {
  /** Whether there is one at all, well-formed or not. */
  given: boolean
  value?: string
  problems: Problem[]
}

/** The key from the body, which the schema checks, or from the header; both must agree. */
function readKey(event: RawEvent, sent: unknown): SentKey {
  const inBody = isObject(sent) ? sent.idempotencyKey : undefined
  const inHeader = header(event, 'idempotency-key')
  if (inHeader === undefined) return { given: inBody !== undefined, value: inBody as string | undefined, problems: [] }
  const problem = (message: string): SentKey => ({ given: true, problems: [{ path: 'Idempotency-Key', message }] })
  const value = unquoted(inHeader.trim())
  const parsed = idempotencyKey.safeParse(value)
  if (!parsed.success) return problem(parsed.error.issues[0]!.message)
  if (inBody !== undefined && inBody !== value) return problem('differs from idempotencyKey in the body')
  return { given: true, value, problems: [] }
}

/** A bare value as it is; a structured-field string (RFC 8941) without its quotes and escapes. */
const unquoted = (text: string): string => {
  const inner = /^"(.*)"$/.exec(text)?.[1]
  return inner === undefined ? text : inner.replaceAll(/\\(["\\])/g, '$1')
}

/** One problem per unknown field, one per other issue, each with a JSON pointer. */
function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: jsonPointer(issue.path), message: issue.message }]
  return issue.keys.map(key => ({ path: jsonPointer([...issue.path, key]), message: 'is not a known field' }))
}

/** Middleware: adds `path`, the checked path parameters. 404 when they cannot name anything. */
export function parsePath<T>(schema: z.ZodType<T>): MiddlewareObj {
  const parsePathBefore = (request: { event: unknown }): void => {
    const event = request.event as { pathParameters?: unknown; path?: T }
    const parsed = schema.safeParse(event.pathParameters ?? {})
    if (!parsed.success) throw new ApiError('NOT_FOUND')
    event.path = parsed.data
  }
  return { before: parsePathBefore }
}

/** Checks query parameters; throws 400 with every problem. */
export function parseParameters<T>(schema: z.ZodType<T>, parameters: unknown): T {
  const parsed = schema.safeParse(parameters ?? {})
  if (parsed.success) return parsed.data
  throw validationFailed(parsed.error.issues.flatMap(problemsOf))
}
