/** POST /operator/payout-files/{fileId}/approve: what it reads, what it answers, and what documents say about it. */
import { operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { payoutFilePath, payoutFileView, samplePayoutFile } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'POST /operator/payout-files/{fileId}/approve',
  tag: 'operator',
  operator: 'approver',
  writes: true,
  routeClass: 'mutations',
  path: payoutFilePath,
  body: onlyThese(operatorWrite).meta({ id: 'ApprovePayoutFileRequest' }),
  answers: { 200: payoutFileView },
  refusals: ['NOT_FOUND', 'PAYOUT_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Approve a payout file', ko: '지급 파일을 승인합니다' },
  description: {
    en: 'As `npm run settle -- approve`: its payouts go to the bank within a minute. Not a file of which a merchant is held or has another account by now.',
    ko: '`npm run settle -- approve`와 같습니다. 담긴 지급을 1분 안에 은행으로 보냅니다. 보류되었거나 계좌가 바뀐 가맹점의 지급이 있으면 승인되지 않습니다.',
  },
  requests: { example: { summary: { en: 'Why', ko: '사유' }, value: sampleWrite } },
  answers: {
    200: {
      words: { en: 'The file, approved.', ko: '승인된 파일입니다.' },
      examples: {
        example: {
          summary: { en: 'Approved', ko: '승인됨' },
          value: {
            ...samplePayoutFile(),
            ...{ state: 'APPROVED', approvedBy: 'kim', approvedAt: '2026-11-24T00:31:02.700Z' },
          },
        },
      },
    },
  },
  curl: operatorWrites(`payout-files/${samplePayoutFile().fileId}/approve`),
})
