/** POST /operator/reconciliation/breaks/{breakId}/assign: what it reads, what it answers, and what documents say about it. */
import { assignee, seenVersion } from '../break-views.ts'
import { newestBreak, operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { breakPath, breakView, sampleBreak } from '../recon-views.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'POST /operator/reconciliation/breaks/{breakId}/assign',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: breakPath,
  body: onlyThese({ ...operatorWrite, version: seenVersion, assignee }).meta({ id: 'AssignBreakRequest' }),
  answers: { 200: breakView },
  refusals: ['NOT_FOUND', 'BREAK_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Say who works on a break', ko: '불일치의 담당자를 정합니다' },
  description: { en: 'As `npm run breaks -- assign`.', ko: '`npm run breaks -- assign`과 같습니다.' },
  requests: {
    example: { summary: { en: 'To kim', ko: '담당자 kim' }, value: { ...sampleWrite, version: 0, assignee: 'kim' } },
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: {
        example: { summary: { en: 'Assigned', ko: '담당 지정' }, value: { ...sampleBreak(), state: 'ASSIGNED' } },
      },
    },
  },
  curl: `${newestBreak()}${operatorWrites('reconciliation/breaks/$BREAK_ID/assign', ',\\"version\\":0,\\"assignee\\":\\"demo-operator\\"')}`,
})
