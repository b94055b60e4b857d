/** GET /operator/session: what it answers, and what documents say about it. */
import { sampleSession, sessionView } from '../console.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /operator/session',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: sessionView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Who is signed in', ko: '로그인한 운영자' },
  description: {
    en: 'The operator of the session, the role, and until when. It counts as a use of the session.',
    ko: '세션의 운영자와 역할, 끝나는 시각입니다. 이 요청도 세션을 사용한 것으로 칩니다.',
  },
  answers: {
    200: {
      words: { en: 'The session.', ko: '세션입니다.' },
      examples: { example: { summary: { en: 'An operator', ko: '운영자' }, value: sampleSession } },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/session' -b console.cookies -H "x-console-secret: $SECRET"`,
})
