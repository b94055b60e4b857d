/** GET /operator/payout-files: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { payoutFileState, payoutFileView, samplePayoutFile } from '../settlement-views.ts'

/** An id, in base64. */
const CURSOR_LENGTH_MAX = 64

const payoutFilesQuery = onlyThese({
  state: payoutFileState.optional(),
  limit: pageLimit('Files on a page.', '한 페이지의 파일 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type PayoutFilesQuery = z.infer<typeof payoutFilesQuery>

const payoutFileListView = z.object({ items: z.array(payoutFileView), nextCursor }).meta({
  id: 'PayoutFileList',
  description: 'A page of payout files, newest first.',
  'x-description-ko': '지급 파일 목록 한 페이지(최신순).',
})
export type PayoutFileListView = z.infer<typeof payoutFileListView>

export const contract = defineContract({
  route: 'GET /operator/payout-files',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: payoutFilesQuery,
  answers: { 200: payoutFileListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of payout files, newest first', ko: '지급 파일 목록(최신순)' },
  description: {
    en: 'The files in which payouts go to the bank. `PREPARED` ones wait for an approval.',
    ko: '지급을 은행에 보내는 파일입니다. `PREPARED` 파일은 승인을 기다립니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of files.', ko: '파일 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [samplePayoutFile()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/payout-files?state=PREPARED&limit=2'${AS_OPERATOR}`,
})
