/** Middleware: the query, checked as it was sent. */
import type { MiddlewareObj } from '@middy/core'
import type * as z from 'zod'
import { jsonPointer } from '../contracts/json-pointer.ts'
import { fieldTexts, type Problem } from '../contracts/problem-texts.ts'
import { validationFailed } from './api-error.ts'
import { problemsOf } from './problems-of.ts'

/**
 * Adds `query`, the checked query as it was sent: API Gateway's own table of it joins repeats with commas.
 * 400 with every problem when it `refuses`. Else what is there twice counts as absent, and a query that does not fit as an empty one.
 */
export function parseQuery(schema: z.ZodType, { refuses }: { refuses: boolean }): MiddlewareObj {
  const parseQueryBefore = (request: { event: unknown }): void => {
    const event = request.event as { rawQueryString: string; query?: unknown }
    const { query, problems } = readQuery(schema, event.rawQueryString, refuses)
    if (refuses && problems.length > 0) throw validationFailed(problems)
    event.query = query ?? schema.parse({})
  }
  return { before: parseQueryBefore }
}

function readQuery(
  schema: z.ZodType,
  rawQueryString: string,
  keepsRepeated: boolean,
): { query?: unknown; problems: Problem[] } {
  const values = new Map<string, string>()
  const repeated = new Set<string>()
  for (const [name, value] of new URLSearchParams(rawQueryString))
    if (values.has(name)) repeated.add(name)
    else values.set(name, value)
  if (!keepsRepeated) for (const name of repeated) values.delete(name)
  const parsed = schema.safeParse(Object.fromEntries(values))
  const problems = [...repeated].map((name): Problem => ({ path: jsonPointer([name]), message: fieldTexts.repeated }))
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap(problemsOf))
  return { query: parsed.data, problems }
}
