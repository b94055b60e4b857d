/** GET /disputes/{disputeId}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN, newestDispute } from '../curl.ts'
import { disputePath, disputeView, sampleDispute } from '../dispute-views.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /disputes/{disputeId}',
  tag: 'settlement',
  routeClass: 'reads',
  path: disputePath,
  answers: { 200: disputeView },
  refusals: ['NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A dispute', ko: '분쟁' },
  description: {
    en: 'It begins, and is won, with a line of the acquirer’s settlement files.',
    ko: '매입사 정산 파일의 한 줄로 시작되고, 이기는 것도 그 파일의 한 줄입니다.',
  },
  answers: {
    200: {
      words: { en: 'The dispute.', ko: '분쟁입니다.' },
      examples: {
        example: { summary: { en: 'The money was taken back', ko: '금액을 도로 가져감' }, value: sampleDispute() },
      },
    },
  },
  curl: `${newestDispute()}curl -i "${LOCAL_ORIGIN}/disputes/$DISPUTE_ID"`,
})
