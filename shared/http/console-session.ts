/** A session of the console as its browser sees it: the cookie, and what is said of it. */
import { SESSION_COOKIE, type SessionView } from '../contracts/console.ts'
import { SESSION_IDLE_MS, SESSION_LIFETIME_MS } from '../settlement/console-sessions.ts'
import type { ConsoleSession } from '../settlement/ports.ts'
import type { ConsoleOperator } from './operator-access.ts'

/** No `Domain`, so that no other host is sent it; no `Secure`, because this machine speaks HTTP. */
const cookie = (value: string, maxAgeSeconds: number): string =>
  `${SESSION_COOKIE}=${value}; Path=/operator; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`

export const sessionCookie = (sessionSecret: string): string => cookie(sessionSecret, SESSION_LIFETIME_MS / 1_000)
export const endedCookie = (): string => cookie('', 0)

const textOf = (timeMs: number | undefined): string | null =>
  timeMs === undefined ? null : new Date(timeMs).toISOString()

/** Without a session a token says who it is. */
export const sessionViewOf = (
  { name, role }: ConsoleOperator,
  session: Pick<ConsoleSession, 'usedAtMs' | 'expiresAtMs'> | undefined,
  tokenExpiresAtMs?: number,
): SessionView => ({
  name,
  role,
  expiresAt: textOf(session?.expiresAtMs ?? tokenExpiresAtMs),
  idleExpiresAt: textOf(session && Math.min(session.usedAtMs + SESSION_IDLE_MS, session.expiresAtMs)),
})
