/** GET /operator/dead-letters/{partition}/{offset}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN } from '../curl.ts'
import { deadLetterDetailView, letterPath, sampleLetterDetail } from '../dead-letters.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /operator/dead-letters/{partition}/{offset}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: letterPath,
  answers: { 200: deadLetterDetailView },
  refusals: ['NOT_FOUND', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A dead letter with its bytes', ko: '데드 레터와 바이트' },
  description: {
    en: 'Key, value and headers in base64: what a redrive would send. Of a letter that cannot be read they are its own. Larger ones are cut; `npm run dlq -- list --json` has all of it.',
    ko: '키, 값, 헤더를 base64로 줍니다. 재투입하면 보낼 내용입니다. 읽을 수 없는 레터는 레터 자체의 것입니다. 큰 것은 잘리며, 전체는 `npm run dlq -- list --json`에 있습니다.',
  },
  answers: {
    200: {
      words: { en: 'The letter.', ko: '데드 레터입니다.' },
      examples: { example: { summary: { en: 'One that waits', ko: '대기 중' }, value: sampleLetterDetail() } },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/dead-letters/0/17' -b console.cookies -H "x-console-secret: $SECRET"`,
})
