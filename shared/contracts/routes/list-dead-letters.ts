/** GET /operator/dead-letters: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { deadLetterState, deadLetterView, sampleLetter } from '../dead-letters.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

/** Two numbers, in base64. */
const CURSOR_LENGTH_MAX = 40

export const deadLettersQuery = onlyThese({
  state: deadLetterState.optional(),
  limit: pageLimit('Letters on a page.', '한 페이지의 데드 레터 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type DeadLettersQuery = z.infer<typeof deadLettersQuery>

export const deadLettersView = z
  .object({
    items: z.array(deadLetterView),
    nextCursor,
    waiting: z.object({ count: z.int().min(0), atLeast: z.boolean() }).meta({
      description: 'How many wait, whatever is asked for; 10,000 are counted.',
      'x-description-ko': '조건과 관계없이 처리를 기다리는 데드 레터 수. 10,000개까지 셉니다.',
    }),
  })
  .meta({
    id: 'DeadLetters',
    description: 'A page of dead letters, newest first.',
    'x-description-ko': '데드 레터 목록 한 페이지(최신순).',
  })
export type DeadLettersView = z.infer<typeof deadLettersView>

export const contract = defineContract({
  route: 'GET /operator/dead-letters',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: deadLettersQuery,
  answers: { 200: deadLettersView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of dead letters, newest first', ko: '데드 레터 목록(최신순)' },
  description: {
    en: 'Records that a consumer could never process. A row is what was read of `payment.dlq`, usually within a second.',
    ko: '컨슈머가 처리할 수 없는 레코드입니다. `payment.dlq`를 읽은 내용이며 보통 1초 안에 나타납니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of dead letters.', ko: '데드 레터 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleLetter()], nextCursor: null, waiting: { count: 1, atLeast: false } },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/dead-letters?state=WAITING' -b console.cookies -H "x-console-secret: $SECRET"`,
})
