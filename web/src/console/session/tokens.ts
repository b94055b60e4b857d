/** What an issuer gave for an operator, as this tab keeps it. */
import { jsonObjectOf } from '../../api/answer.ts'

export interface Tokens {
  /** What the API is sent. */
  sent: string
  /** By this browser's clock, from when it came. */
  expiresAtMs: number
  /** Gets the next ones; null where the issuer gives none. */
  refresh: string | null
}

/** What sessionStorage has, or null where it is none of ours. */
export function parseTokens(text: string | null): Tokens | null {
  const { sent, expiresAtMs, refresh } = (text === null ? undefined : jsonObjectOf(text)) ?? {}
  const isWhole = isToken(sent) && typeof expiresAtMs === 'number' && (refresh === null || isToken(refresh))
  return isWhole ? { sent, expiresAtMs, refresh } : null
}

const isToken = (value: unknown): value is string => typeof value === 'string' && value !== ''
