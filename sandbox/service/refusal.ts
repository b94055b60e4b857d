/** What a sandbox service answers when it does not do what it is asked. */
import type * as z from 'zod'

/** What a caller did wrong, or what cannot be done now. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The value as this schema has it. Throws a Refusal that names every field that does not fit. */
export function fitting<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Refusal(400, 'invalid_request', problems.join('; '))
}
