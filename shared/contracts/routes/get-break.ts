/** GET /reconciliation/breaks/{breakId}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN, newestBreak } from '../curl.ts'
import { breakDetail, breakPath, sampleBreakDetail } from '../recon-views.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /reconciliation/breaks/{breakId}',
  tag: 'reconciliation',
  routeClass: 'reads',
  path: breakPath,
  answers: { 200: breakDetail },
  refusals: ['NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A break with all its actions', ko: '불일치와 모든 조치' },
  description: {
    en: 'An amount is booked when it is approved, by another person than the one who proposed it.',
    ko: '금액은 제안한 사람이 아닌 다른 사람이 승인할 때 기록됩니다.',
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: {
        example: { summary: { en: 'It waits for an approval', ko: '승인을 기다림' }, value: sampleBreakDetail() },
      },
    },
  },
  curl: `${newestBreak()}curl -i "${LOCAL_ORIGIN}/reconciliation/breaks/$BREAK_ID"`,
})
