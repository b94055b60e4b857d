/** POST /operator/payout-files/{fileId}/cancel: what it reads, what it answers, and what documents say about it. */
import { operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { payoutFilePath, payoutFileView, samplePayoutFile } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'POST /operator/payout-files/{fileId}/cancel',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: payoutFilePath,
  body: onlyThese(operatorWrite).meta({ id: 'CancelPayoutFileRequest' }),
  answers: { 200: payoutFileView },
  refusals: ['NOT_FOUND', 'PAYOUT_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Cancel a payout file that was not sent', ko: '보내지 않은 지급 파일을 취소합니다' },
  description: {
    en: 'As `npm run settle -- cancel`: all its payouts are canceled and booked back. The next attempt of each wants an approval again.',
    ko: '`npm run settle -- cancel`과 같습니다. 담긴 지급을 모두 취소하고 되돌려 기장합니다. 다음 회차의 지급은 다시 승인이 필요합니다.',
  },
  requests: { example: { summary: { en: 'Why', ko: '사유' }, value: sampleWrite } },
  answers: {
    200: {
      words: { en: 'The file, canceled.', ko: '취소된 파일입니다.' },
      examples: {
        example: {
          summary: { en: 'Canceled', ko: '취소됨' },
          value: { ...samplePayoutFile(), state: 'CANCELED', payoutCount: 0, total: 0 },
        },
      },
    },
  },
  curl: operatorWrites(`payout-files/${samplePayoutFile().fileId}/cancel`),
})
