/** GET /operator/payout-files/{fileId}: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { payoutFilePath, payoutFileView, samplePayoutFile } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'GET /operator/payout-files/{fileId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: payoutFilePath,
  answers: { 200: payoutFileView },
  refusals: ['NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A payout file', ko: '지급 파일' },
  description: {
    en: 'Its payouts: `GET /operator/payouts?fileId=`.',
    ko: '담긴 지급은 `GET /operator/payouts?fileId=`로 찾습니다.',
  },
  answers: {
    200: {
      words: { en: 'The file.', ko: '지급 파일입니다.' },
      examples: {
        example: { summary: { en: 'It waits for an approval', ko: '승인을 기다림' }, value: samplePayoutFile() },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/payout-files/${samplePayoutFile().fileId}'${AS_OPERATOR}`,
})
