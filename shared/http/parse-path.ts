/** Middleware: the path parameters, checked. */
import type { MiddlewareObj } from '@middy/core'
import type * as z from 'zod'
import { notFound } from './api-error.ts'

/** Adds `path`, the checked path parameters. 404 when they cannot name anything. */
export function parsePath(schema: z.ZodType): MiddlewareObj {
  const parsePathBefore = (request: { event: unknown }): void => {
    const event = request.event as { pathParameters?: unknown; path?: unknown }
    const parsed = schema.safeParse(event.pathParameters ?? {})
    if (!parsed.success) throw notFound()
    event.path = parsed.data
  }
  return { before: parsePathBefore }
}
