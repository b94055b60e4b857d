/** GET /operator/reconciliation/breaks/{breakId}: what it reads, what it answers, and what documents say about it. */
import { explainedBreakView, sampleExplainedBreak } from '../break-views.ts'
import { AS_OPERATOR, LOCAL_ORIGIN, newestBreak } from '../curl.ts'
import { breakPath } from '../recon-views.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /operator/reconciliation/breaks/{breakId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: breakPath,
  answers: { 200: explainedBreakView },
  refusals: ['NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A break with its story', ko: '불일치와 그 경위' },
  description: {
    en: 'As `npm run breaks -- show`: what was expected and found, everything that was done with it, and what its money may be for.',
    ko: '`npm run breaks -- show`와 같습니다. 예상과 실제, 지금까지의 모든 조치, 그 금액이 무엇일 수 있는지 보여 줍니다.',
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: {
        example: { summary: { en: 'It waits for an approval', ko: '승인을 기다림' }, value: sampleExplainedBreak() },
      },
    },
  },
  curl: `${newestBreak()}curl -i "${LOCAL_ORIGIN}/operator/reconciliation/breaks/$BREAK_ID"${AS_OPERATOR}`,
})
