/** POST /operator/reconciliation/breaks/{breakId}/decide: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { seenVersion } from '../break-views.ts'
import { newestBreak, operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { inBoth } from '../problem-texts.ts'
import { breakPath, breakView, sampleBreak } from '../recon-views.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

const decision = z.enum(['approve', 'refuse'], inBoth('must approve or refuse', '승인이나 거절이어야 합니다'))

export const contract = defineContract({
  route: 'POST /operator/reconciliation/breaks/{breakId}/decide',
  tag: 'operator',
  operator: 'approver',
  writes: true,
  routeClass: 'mutations',
  path: breakPath,
  body: onlyThese({ ...operatorWrite, version: seenVersion, decision }).meta({
    id: 'DecideBreakRequest',
  }),
  answers: { 200: breakView },
  refusals: ['NOT_FOUND', 'BREAK_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Approve or refuse what is proposed for a break', ko: '불일치에 대한 제안을 승인하거나 거절합니다' },
  description: {
    en: 'As `npm run breaks -- approve` and `refuse`. An approval is booked at once. Who has proposed it may refuse it, and not approve it.',
    ko: '`npm run breaks -- approve`, `refuse`와 같습니다. 승인하면 바로 기장됩니다. 제안한 사람은 거절할 수는 있어도 승인할 수는 없습니다.',
  },
  requests: {
    example: {
      summary: { en: 'Approve', ko: '승인' },
      value: { ...sampleWrite, version: 1, decision: 'approve' },
    },
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: {
        example: {
          summary: { en: 'Resolved', ko: '해결됨' },
          value: {
            ...sampleBreak(),
            ...{ state: 'RESOLVED', remaining: 0, version: 2, closedAt: '2026-11-28T02:10:00.115Z' },
          },
        },
      },
    },
  },
  curl: `${newestBreak()}${operatorWrites('reconciliation/breaks/$BREAK_ID/decide', ',\\"version\\":1,\\"decision\\":\\"approve\\"')}`,
})
