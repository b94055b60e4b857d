/** What the routes of the operator console share: the names of cookie and header, and who is signed in. */
import * as z from 'zod'
import { operatorRoles } from './lists.ts'

/** Has the first secret. Programs on other ports of this machine are sent it, too: alone it opens nothing. */
export const SESSION_COOKIE = 'console_session'
/** Has the second secret, which the page keeps in localStorage. */
export const SECRET_HEADER = 'x-console-secret'

const time = z.iso.datetime({ precision: 3 })

export const sessionView = z
  .object({
    name: z.string().meta({
      description: 'The operator, as the audit log names them.',
      'x-description-ko': '운영자 이름이며, 감사 로그에 남는 이름입니다.',
    }),
    role: z.enum(operatorRoles).meta({
      description: 'Each may do what the one before may.',
      'x-description-ko': '뒤의 역할은 앞의 역할이 할 수 있는 일을 모두 할 수 있습니다.',
    }),
    expiresAt: time.nullable().meta({
      description: 'When the session ends at the latest. Null: its token does not say.',
      'x-description-ko': '세션이 늦어도 끝나는 시각입니다. 토큰에 없으면 null입니다.',
    }),
    idleExpiresAt: time.nullable().meta({
      description: 'When it ends without another request. Null: only `expiresAt` holds.',
      'x-description-ko': '요청이 더 없으면 끝나는 시각입니다. null이면 `expiresAt`만 적용됩니다.',
    }),
  })
  .meta({ id: 'ConsoleSession' })
export type SessionView = z.infer<typeof sessionView>

export const sampleSession = {
  name: 'demo-operator',
  role: 'operator',
  expiresAt: '2026-11-30T17:00:00.000Z',
  idleExpiresAt: '2026-11-30T09:30:00.000Z',
} as const satisfies SessionView
