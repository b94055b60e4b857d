/** DELETE /operator/session: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const endedSession = z
  .object({
    name: z.string().meta({ description: 'Who has signed out.', 'x-description-ko': '로그아웃한 운영자입니다.' }),
  })
  .meta({ id: 'EndedConsoleSession' })

export const contract = defineContract({
  route: 'DELETE /operator/session',
  tag: 'operator',
  operator: 'viewer',
  answers: { 200: endedSession },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
  offlineOnly: true,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Sign out of the console', ko: '콘솔에서 로그아웃합니다' },
  description: {
    en: 'Offline only. The session ends at once and for good, in every tab; the cookie is taken back.',
    ko: '로컬 전용입니다. 세션은 모든 탭에서 바로, 완전히 끝나고 쿠키도 지워집니다.',
  },
  answers: {
    200: {
      words: { en: 'Signed out.', ko: '로그아웃했습니다.' },
      examples: { example: { summary: { en: 'Signed out', ko: '로그아웃' }, value: { name: 'demo-operator' } } },
    },
  },
  curl: `curl -i -X DELETE '${LOCAL_ORIGIN}/operator/session' \\
  -H 'origin: ${LOCAL_ORIGIN}' -b console.cookies -H "x-console-secret: $SECRET"`,
})
