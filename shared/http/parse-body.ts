/** Middleware: the body as JSON that fits its schema, and the idempotency key, with every problem reported at once. */
import type { MiddlewareObj } from '@middy/core'
import type * as z from 'zod'
import { isOperatorKey } from '../contracts/operator-write.ts'
import { type Problem, problemTexts } from '../contracts/problem-texts.ts'
import { BODY_BYTES_MAX } from '../contracts/requests.ts'
import { ApiError, validationFailed } from './api-error.ts'
import { lossesIn } from './json-losses.ts'
import { problemsOf } from './problems-of.ts'
import { readKeyHeader } from './read-key.ts'
import { header } from './route.ts'

export interface ParseBodyOptions {
  schema: z.ZodType
  /** Whether this body, which may not fit the schema, needs an idempotency key. */
  needsKey: (body: Readonly<Record<string, unknown>>) => boolean
  /** What the schema cannot say: further problems of a body that fits it. */
  check?: (body: never) => Problem[]
}

/** Adds `body` (parsed, without the key), `sentBody` (as sent, without the key) and `key` to the event. 400, 413, 415. */
export function parseBody(options: ParseBodyOptions): MiddlewareObj {
  const parseBodyBefore = (request: { event: unknown }): void => {
    const event = request.event as RawEvent
    const { value: sent, losses } = readJson(event)
    const body = options.schema.safeParse(sent)
    const key = readKey(event, sent)
    const problems = [
      ...losses,
      ...(body.success ? (options.check?.(body.data as never) ?? []) : body.error.issues.flatMap(problemsOf)),
      ...key.problems,
    ]
    if (isObject(sent) && options.needsKey(sent) && !key.given)
      problems.push({ path: '/idempotencyKey', message: problemTexts.keyRequired })
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

/** The body as sent, an absent one as an empty object, and what reading it as JSON lost. */
function readJson(event: RawEvent): { value: unknown; losses: Problem[] } {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > BODY_BYTES_MAX) throw new ApiError('PAYLOAD_TOO_LARGE', { details: { bytesMax: BODY_BYTES_MAX } })
  const text = bytes.toString('utf8')
  if (text.trim() === '') return { value: {}, losses: [] }
  refuseOtherTypes(event)
  // What is not UTF-8 became this character: here, or before us where the body came as text.
  if (text.includes('\uFFFD')) throw validationFailed([{ path: '', message: problemTexts.notUtf8 }])
  return { value: parsed(text), losses: lossesIn(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw validationFailed([{ path: '', message: problemTexts.notJson }])
  }
}

/** `application/json` or `application/…+json`, of no charset but UTF-8. */
function isJsonInUtf8(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  const charsets = parameters.map(one => one.replaceAll(/["\s]/g, '')).filter(one => one.startsWith('charset='))
  return (
    /^application\/(?:[a-z0-9.+-]+\+)?json$/.test(type.trim()) && charsets.every(one => /^charset=utf-?8$/.test(one))
  )
}

function refuseOtherTypes(event: RawEvent): void {
  const type = header(event, 'content-type') ?? ''
  const encoding = header(event, 'content-encoding') ?? ''
  if (isJsonInUtf8(type) && /^(?:identity)?$/i.test(encoding.trim())) return
  const contentEncoding = encoding === '' ? {} : { contentEncoding: encoding.slice(0, 100) }
  throw new ApiError('UNSUPPORTED_MEDIA_TYPE', { details: { contentType: type.slice(0, 100), ...contentEncoding } })
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
  const problem = (message: Problem['message'], path = 'Idempotency-Key'): SentKey => ({
    given: true,
    problems: [{ path, message }],
  })
  if (isOperatorKey(inBody)) return problem(problemTexts.keyOfConsole, '/idempotencyKey')
  if (inHeader === undefined) return { given: inBody !== undefined, value: inBody as string | undefined, problems: [] }
  const read = readKeyHeader(inHeader)
  if ('problem' in read) return problem(read.problem)
  if (isOperatorKey(read.key)) return problem(problemTexts.keyOfConsole)
  if (inBody !== undefined && inBody !== read.key) return problem(problemTexts.keyDiffersFromBody)
  return { given: true, value: read.key, problems: [] }
}
