/** GET /operator/reconciliation/breaks: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { agedBreakView, assignee, sampleAgedBreak } from '../break-views.ts'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { severalOf } from '../finding.ts'
import { askedUlid } from '../identifiers.ts'
import { breakStates } from '../lists.ts'
import { inBoth } from '../problem-texts.ts'
import { nextCursor } from '../requests.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { breaksQuery } from './list-breaks.ts'

const findBreaksQuery = breaksQuery.extend({
  state: severalOf(breakStates)
    .optional()
    .meta({
      description: 'One or more states, separated by commas.',
      'x-description-ko': '하나 이상의 상태(쉼표로 구분).',
      examples: ['OPEN,ASSIGNED,PROPOSED'],
    }),
  fileId: askedUlid('rcf', inBoth('must be the id of a file', '파일의 번호여야 합니다')).optional().meta({
    description: 'Of a line of this file.',
    'x-description-ko': '이 파일의 줄에서 나온 불일치.',
  }),
  assignee: assignee.optional(),
})
export type FindBreaksQuery = z.infer<typeof findBreaksQuery>

const agedBreakListView = z.object({ items: z.array(agedBreakView), nextCursor }).meta({
  id: 'AgedBreakList',
  description: 'A page of breaks with their ages, newest first.',
  'x-description-ko': '경과일을 포함한 불일치 목록 한 페이지(최신순).',
})
export type AgedBreakListView = z.infer<typeof agedBreakListView>

export const contract = defineContract({
  route: 'GET /operator/reconciliation/breaks',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: findBreaksQuery,
  answers: { 200: agedBreakListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Breaks with their ages, newest first', ko: '경과일을 포함한 불일치 목록(최신순)' },
  description: {
    en: 'As `GET /reconciliation/breaks`, with the business days that each is open for, several states at once, and by who works on it.',
    ko: '`GET /reconciliation/breaks`와 같으며, 경과 영업일이 있고 여러 상태와 담당자로도 찾을 수 있습니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of breaks.', ko: '불일치 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleAgedBreak()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/reconciliation/breaks?state=OPEN,ASSIGNED&limit=2'${AS_OPERATOR}`,
})
